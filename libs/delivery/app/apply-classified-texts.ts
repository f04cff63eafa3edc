import { lockDossiers } from '#dossier';
import type { Database } from '#platform';
import { findWaitingForText, readStanding } from '../adapters/standing-deliveries';
import { whyNotClassifiable, type Resolution, type StandingDelivery } from '../domain/classification';
import { lockLanes } from './lane-locks';
import type { ReplyRules } from './reply-rules';
import { resolveUnknown, type ResolveDeps } from './resolve-unknown';

export interface ApplyTextsDeps extends ResolveDeps {
  db: Pick<Database, 'run' | 'query' | 'execute'>;
  rules: ReplyRules;
}

/** Deliveries of one transaction: their dossiers are locked together. */
const BATCH = 50;

/** Ends the waiting of deliveries whose text somebody has classified meanwhile: those that waited before the rule was made, and those that a
 *  worker settled as unknown before it had read the rule. Doing it twice does nothing more.
 *  @returns how many were resolved; more may be left when it is a whole batch */
export async function applyClassifiedTexts({ db, rules, ...deps }: ApplyTextsDeps): Promise<number> {
  if (rules.size === 0) return 0;
  const found = await findWaitingForText(db, rules.digests(), BATCH);
  if (found.length === 0) return 0;
  return db.run(async (tx) => {
    const dossiers = await lockDossiers(tx, [...new Set(found.map((one) => one.dossierId))].sort());
    await lockLanes(tx, found);
    const standing = await readStanding(
      tx,
      found.map((one) => one.id),
    );
    const resolutions = standing.map((one) => resolutionOf(one, rules)).filter((one) => one !== undefined);
    await resolveUnknown(tx, resolutions, { actor: { id: 'reply-rules', type: 'system' }, dossiers }, deps);
    return resolutions.length;
  });
}

/** Undefined when it has changed since it was found. */
function resolutionOf(delivery: StandingDelivery, rules: ReplyRules): Resolution | undefined {
  const rule = delivery.textDigest === null ? undefined : rules.findByDigest(delivery.textDigest);
  if (rule === undefined || delivery.status !== 'unknown' || delivery.dueAt !== null) return undefined;
  if (whyNotClassifiable(delivery, rule.outcome) !== undefined) return undefined;
  const { id, version, outcome } = rule;
  return { delivery, outcome, reasonCode: id, rule: { id, version } };
}
