import type { Vault } from '#access';
import type { PartnerId } from '#dossier';
import type { Queryable } from '#platform';
import { readRuleVersions } from '../adapters/reply-rule-store';
import type { ClassifiedText } from '../domain/classified-text';

/** A rule with the version that brought it. */
export interface KnownText extends ClassifiedText {
  partner: PartnerId;
  version: number;
}

export interface TextOfAnswer {
  partner: PartnerId;
  operation: string;
  code: string;
  text: string;
}

/** By what a text is found: in memory as it is, in the database by a keyed digest of it, which gives nothing of it away. */
export function textKey({ partner, operation, code, text }: TextOfAnswer): Buffer {
  return Buffer.from(JSON.stringify([partner, operation, code, text]), 'utf8');
}

/** The texts that people have classified (table `reply_rule_version`), as far as this process has read them. What it has not read yet is
 *  no harm: the text then waits for a person, and the next reading finds it waiting. */
export class ReplyRules {
  private readonly byText = new Map<string, KnownText>();
  private readonly byDigest = new Map<string, KnownText>();
  private readonly known: Partial<Record<PartnerId, number>> = {};

  constructor(
    private readonly db: Queryable,
    private readonly vault: Pick<Vault, 'dedupDigest'>,
  ) {}

  get size(): number {
    return this.byText.size;
  }

  /** Reads what is new. A later version of the same text wins.
   *  @returns how many versions were new */
  async reload(): Promise<number> {
    const versions = await readRuleVersions(this.db, this.known);
    for (const { partner, version, rules } of versions) {
      for (const rule of rules) this.keep({ ...rule, partner, version });
      this.known[partner] = version;
    }
    return versions.length;
  }

  find(text: TextOfAnswer): KnownText | undefined {
    return this.byText.get(textKey(text).toString('utf8'));
  }

  /** Digests of all texts, as deliveries carry them. */
  digests(): Buffer[] {
    return [...this.byDigest.keys()].map((digest) => Buffer.from(digest, 'base64'));
  }

  findByDigest(digest: Buffer): KnownText | undefined {
    return this.byDigest.get(digest.toString('base64'));
  }

  private keep(rule: KnownText): void {
    const key = textKey(rule);
    this.byText.set(key.toString('utf8'), rule);
    this.byDigest.set(this.vault.dedupDigest(key).toString('base64'), rule);
  }
}
