import { answerOnce, type Vault } from '#access';
import { lockDossiers } from '#dossier';
import { AppError, type Database, type Tx } from '#platform';
import type { SyncLogActor } from '#synclog';
import { insertRuleVersion, nextRuleVersion } from '../adapters/reply-rule-store';
import { countWaitingForText, findLaneOf, lastReadingRef, readStanding } from '../adapters/standing-deliveries';
import { whyNotClassifiable, type Resolution, type StandingDelivery } from '../domain/classification';
import type { ClassifiableOutcome } from '../domain/classified-text';
import { isStorableText } from '../domain/reply-text';
import type { AnswerReading } from './keep-answers';
import { lockLanes } from './lane-locks';
import { textKey } from './reply-rules';
import { resolveUnknown, type ResolveDeps } from './resolve-unknown';

/** A person's word on an unknown delivery (CONTRACTS §2 `/deliveries/{id}/classification`). */
export interface Classification {
  deliveryId: string;
  outcome: ClassifiableOutcome;
  /** `this`: only this delivery. `text`: from now on every answer with exactly this text. */
  scope: 'this' | 'text';
  /** Sealed; it may name people. */
  reason?: string;
}

export interface Classifier {
  actor: SyncLogActor & { type: 'person' | 'machine' };
  /** Communes the caller is limited to; null = all. */
  units: readonly string[] | null;
  idempotencyKey: string;
}

export interface Classified {
  deliveryId: string;
  outcome: ClassifiableOutcome;
  status: string;
  /** The rule that was made, with scope `text`. */
  rule: { id: string; version: number } | null;
  /** Other deliveries that wait over the same text and follow within seconds. */
  following: number;
}

export interface ClassifyDeps extends ResolveDeps {
  db: Database;
  vault: Pick<Vault, 'open' | 'seal' | 'dedupDigest'>;
}

/** Takes a person's word: delivery, rule version, journal and sync log in one transaction. Other deliveries with the text are
 *  resolved by the workers, which read the new version at the bell `reply-rules`: ring it after this, with `outbox` and `lanes`.
 *  @throws AppError 404 `delivery-unknown`; 409 `classification-not-allowed`, `delivery-in-motion`, `one-stop-code-needed`,
 *  `text-not-known`, `text-not-storable`, `idempotency-conflict` */
export async function classifyDelivery(given: Classification, by: Classifier, deps: ClassifyDeps): Promise<Classified> {
  // Keyed, since a plain digest of a sentence with a name in it could be found by trying.
  const reason =
    given.reason === undefined ? null : deps.vault.dedupDigest(Buffer.from(given.reason)).toString('base64');
  const request = { classify: { ...given, reason } };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request, at: deps.clock.now() };
  return deps.db.run((tx) => answerOnce(tx, once, () => classify(tx, given, by, deps)));
}

async function classify(tx: Tx, given: Classification, by: Classifier, deps: ClassifyDeps): Promise<Classified> {
  const lane = await findLaneOf(tx, given.deliveryId, by.units);
  if (!lane) throw refusal('delivery-unknown', 'no delivery with this id', 404);
  const dossiers = await lockDossiers(tx, [lane.dossierId]);
  await lockLanes(tx, [lane]);
  const [delivery] = await readStanding(tx, [given.deliveryId]);
  refuseObstacle(delivery, given.outcome);
  const reasonRef = await sealReason(tx, given.reason, delivery, deps);
  const made = given.scope === 'text' ? await makeRule(tx, { given, by, delivery, reasonRef }, deps) : null;
  const detail = { scope: given.scope, ...(reasonRef === undefined ? {} : { refs: [reasonRef] }) };
  await resolveUnknown(tx, [resolutionOf(delivery, given, made)], { actor: by.actor, dossiers, detail }, deps);
  const [after] = await readStanding(tx, [given.deliveryId]);
  const following = made === null ? 0 : await countWaitingForText(tx, made.digest);
  return { deliveryId: delivery.id, outcome: given.outcome, status: after.status, rule: made && made.rule, following };
}

/** @throws AppError 409 with the state */
function refuseObstacle(delivery: StandingDelivery, outcome: ClassifiableOutcome): void {
  const obstacle = whyNotClassifiable(delivery, outcome);
  if (obstacle) throw refusal(obstacle, OBSTACLES[obstacle], 409, { state: delivery.status });
}

function resolutionOf(delivery: StandingDelivery, { outcome }: Classification, made: MadeRule | null): Resolution {
  if (made === null) return { delivery, outcome, reasonCode: 'classified.by-person' };
  return { delivery, outcome, reasonCode: made.rule.id, rule: made.rule };
}

interface MadeRule {
  rule: { id: string; version: number };
  /** By which other deliveries with this text are found. */
  digest: Buffer;
}

interface RuleToMake {
  given: Classification;
  by: Classifier;
  delivery: StandingDelivery;
  reasonRef: string | undefined;
}

/** Stores the text of the answer as a new version of the partner's rules. */
async function makeRule(
  tx: Tx,
  { given, by, delivery, reasonRef }: RuleToMake,
  { vault, clock, syncLog }: ClassifyDeps,
): Promise<MadeRule> {
  const { partner, operation, textDigest } = delivery;
  const reading = textDigest === null ? null : await lastReadingRef(tx, delivery.id);
  if (reading === null) throw refusal('text-not-known', 'the last answer left no text that could be a rule', 409);
  const { code, text } = JSON.parse((await vault.open(reading.ref, tx)).toString('utf8')) as AnswerReading;
  const digest = vault.dedupDigest(textKey({ partner, operation, code, text }));
  if (textDigest === null || !digest.equals(textDigest) || !isStorableText(text))
    throw refusal('text-not-storable', 'this text cannot be a rule; classify this delivery alone', 409);
  const version = await nextRuleVersion(tx, partner);
  const rule = { id: `${partner}.classified.${version}`, version };
  const classified = { id: rule.id, operation, code, text, outcome: given.outcome, deliveryId: delivery.id };
  await insertRuleVersion(
    tx,
    { partner, version, rules: [{ ...classified, ...(reasonRef === undefined ? {} : { reasonRef }) }] },
    { by: by.actor.id, at: clock.now() },
  );
  const entry = {
    kind: 'reply-rules.changed',
    actor: by.actor,
    dossierId: delivery.dossierId,
    partner,
    operation,
    outcome: given.outcome,
    rule,
  } as const;
  await syncLog.append(tx, [{ ...entry, detail: { deliveryId: delivery.id } }]);
  return { rule, digest };
}

async function sealReason(
  tx: Tx,
  reason: string | undefined,
  delivery: StandingDelivery,
  { vault }: ClassifyDeps,
): Promise<string | undefined> {
  if (reason === undefined || reason.trim() === '') return undefined;
  const owner = { ownerKind: 'dossier', ownerId: delivery.dossierId } as const;
  const bytes = Buffer.from(reason, 'utf8');
  const [sealed] = await vault.seal(tx, owner, [
    { kind: 'officer-note', contentType: 'text/plain; charset=utf-8', bytes },
  ]);
  return sealed.ref;
}

const OBSTACLES = {
  'classification-not-allowed': 'only an unknown delivery can be classified, and a given-up one only as applied',
  'delivery-in-motion': 'it is being sent or asked about at this moment: try again in a few seconds',
  'one-stop-code-needed':
    'a hand-over is done when the one-stop’s code is known: classify it as retry, or send the decision with oneStopCode',
} as const;

function refusal(code: string, detail: string, status: number, extra: Record<string, unknown> = {}): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail, extra });
}
