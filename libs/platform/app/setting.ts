/** One environment variable: how it reads, what it means. The reference table is made from these (settings.ts). */
export interface Setting<T> {
  env: string;
  /** A sentence with the unit. */
  about: string;
  /** Turns the text into a value. Throws an Error whose message completes "NAME must be …". */
  parse(text: string): T;
  /** Value when the variable is absent; undefined makes it required. */
  fallback?: T;
  /** How the fallback reads in the reference, when it is not simply its text. */
  fallbackText?: string;
  /** Never shown; may come from a file named by `<NAME>_FILE`. */
  isSecret?: boolean;
}

type Description<T> = Omit<Setting<T>, 'env' | 'parse'>;

export function text(env: string, rest: Description<string>): Setting<string> {
  return { env, parse: (value) => value, ...rest };
}

/** A text that may be absent. */
export function optionalText(env: string, rest: Omit<Description<string | null>, 'fallback'>): Setting<string | null> {
  return { env, parse: (value) => value, fallback: null, fallbackText: 'none', ...rest };
}

export function whole(env: string, min: number, max: number, rest: Description<number>): Setting<number> {
  return {
    env,
    parse: (value) => {
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < min || number > max) throw new Error(`a whole number from ${min} to ${max}`);
      return number;
    },
    ...rest,
  };
}

export function oneOf<T extends string>(env: string, allowed: readonly T[], rest: Description<T>): Setting<T> {
  return {
    env,
    parse: (value) => {
      const found = allowed.find((one) => one === value);
      if (found === undefined) throw new Error(`one of ${allowed.join(', ')}`);
      return found;
    },
    ...rest,
  };
}

/** Comma-separated, blanks dropped; every item must be one of `allowed` when that is given. */
export function list<T extends string>(
  env: string,
  allowed: readonly T[] | null,
  rest: Description<readonly T[]>,
): Setting<readonly T[]> {
  return {
    env,
    parse: (value) => {
      const items = value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
      if (items.length === 0) throw new Error('a comma-separated list with at least one item');
      if (allowed && items.some((item) => !(allowed as readonly string[]).includes(item)))
        throw new Error(`a comma-separated list out of ${allowed.join(', ')}`);
      return items as T[];
    },
    ...rest,
  };
}

/** An http or https URL, kept without a trailing slash. */
export function url(env: string, protocols: readonly string[], rest: Description<string>): Setting<string> {
  return {
    env,
    parse: (value) => {
      const parsed = URL.canParse(value) ? new URL(value) : null;
      if (!parsed || !protocols.includes(parsed.protocol))
        throw new Error(`a URL beginning ${protocols.map((one) => `${one}//`).join(' or ')}`);
      return value.replace(/\/+$/, '');
    },
    ...rest,
  };
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type ValuesOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** Everything that is wrong with the environment, at once; a sentence per line. Values are never repeated: they may be secrets. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads every setting, or throws a SettingsError that names every problem.
 *  An empty variable counts as absent (Compose passes them so). `<NAME>_FILE` names a file whose trimmed content is the value.
 *  @param readFile reads a file as text; injected for tests */
export function readSettings<S extends Settings>(
  settings: S,
  env: Environment,
  readFile: (path: string) => string,
): ValuesOf<S> {
  const problems: string[] = [];
  const values = Object.entries(settings).map(
    ([name, setting]) => [name, valueOf(setting, env, readFile, problems)] as const,
  );
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.fromEntries(values) as ValuesOf<S>;
}

function valueOf(
  setting: Setting<unknown>,
  env: Environment,
  readFile: (path: string) => string,
  problems: string[],
): unknown {
  try {
    const raw = rawValue(setting.env, env, readFile);
    if (raw !== undefined) return setting.parse(raw);
    if (setting.fallback === undefined) throw new Error('set: it has no default');
    return setting.fallback;
  } catch (error) {
    problems.push(`${setting.env} must be ${(error as Error).message}`);
    return undefined;
  }
}

function rawValue(name: string, env: Environment, readFile: (path: string) => string): string | undefined {
  const direct = env[name] || undefined;
  const file = env[`${name}_FILE`] || undefined;
  if (direct !== undefined && file !== undefined) throw new Error(`given once: both ${name} and ${name}_FILE are set`);
  if (file === undefined) return direct;
  try {
    return readFile(file).trim() || undefined;
  } catch (error) {
    throw new Error(
      `readable from the file that ${name}_FILE names (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`,
      { cause: error },
    );
  }
}
