import type { PartnerId } from '#dossier';
import type { Queryable, Tx } from '#platform';
import type { ClassifiedText } from '../domain/classified-text';

/** A version of a partner's reply rules: what it adds to the file and to the versions before it. */
export interface ReplyRuleVersion {
  partner: PartnerId;
  version: number;
  rules: readonly ClassifiedText[];
}

/** The rules in `config/replies` are version 1; what people add starts after it. */
const FILE_VERSION = 1;

/** Versions above what is known of each partner, oldest first. */
export async function readRuleVersions(
  tx: Queryable,
  known: Readonly<Partial<Record<PartnerId, number>>>,
): Promise<ReplyRuleVersion[]> {
  return tx.query<ReplyRuleVersion>(
    `select r.partner, r.version, r.rules from reply_rule_version r
     where r.version > coalesce(($1::jsonb ->> r.partner)::integer, 0) order by r.partner, r.version`,
    [JSON.stringify(known)],
  );
}

/** Number of a partner's next version. The lock makes two people who classify at once take turns until the commit. */
export async function nextRuleVersion(tx: Tx, partner: PartnerId): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('reply-rules ' || $1, 7308))`, [partner]);
  const [row] = await tx.query<{ next: number }>(
    `select coalesce(max(version), $2) + 1 as next from reply_rule_version where partner = $1`,
    [partner, FILE_VERSION],
  );
  return row.next;
}

export async function insertRuleVersion(
  tx: Tx,
  { partner, version, rules }: ReplyRuleVersion,
  made: { by: string; at: Date },
): Promise<void> {
  await tx.execute(
    `insert into reply_rule_version (partner, version, rules, made_by, at) values ($1, $2, $3, $4, $5)`,
    [partner, version, JSON.stringify(rules), made.by, made.at],
  );
}
