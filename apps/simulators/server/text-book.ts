import { fieldsOf } from './fields';

/** What is wrong with posted texts, in words for the person who posted them. */
export class TextBookError extends Error {}

/** Names of texts and their wording; `{field}`, `{limit}` and the like are filled in when it is said. */
export type Texts<Name extends string> = Readonly<Record<Name, string>>;

/** The messages of one system: configuration, replaceable while it runs (reference/README.md §3 rule 1, Q44). */
export class TextBook<Name extends string = string> {
  private readonly replaced = new Map<string, string>();

  constructor(private readonly shipped: Texts<Name>) {}

  say(name: Name, parts: Readonly<Record<string, string | number>> = {}): string {
    const wording = this.replaced.get(name) ?? this.shipped[name];
    return wording.replace(/\{(\w+)\}/g, (whole, part: string) => String(parts[part] ?? whole));
  }

  /** All of the texts or none. @throws TextBookError naming what is not known */
  check(texts: unknown): void {
    for (const [name, wording] of Object.entries(fieldsOf(texts))) {
      if (!Object.hasOwn(this.shipped, name))
        throw new TextBookError(`text ${name}: one of ${Object.keys(this.shipped).join(', ')}`);
      if (typeof wording !== 'string' || wording === '') throw new TextBookError(`text ${name}: a sentence`);
    }
  }

  replace(texts: unknown): void {
    this.check(texts);
    for (const [name, wording] of Object.entries(fieldsOf(texts))) this.replaced.set(name, String(wording));
  }

  reset(): void {
    this.replaced.clear();
  }

  all(): Record<string, string> {
    return { ...this.shipped, ...Object.fromEntries(this.replaced) };
  }
}
