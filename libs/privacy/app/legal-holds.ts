import { answerOnce } from '#access';
import { lockDossiers } from '#dossier';
import { AppError, holdsPersonalNumber, rfc3339, type Tx } from '#platform';
import { insertHold, liftHold, lockHold, readHolds, requestLift, type LegalHold } from '../adapters/legal-hold-store';
import type { ActingViewer, PrivacyDeps, Viewer } from '../ports';
import { codesOf, reasonPersonal } from './reveal-fields';
import { seenDossier } from './seen-dossier';

/** A second person's yes to a lift counts so long. */
const LIFT_TTL_MS = 24 * 3_600_000;

/** A hold as it is told; instants as RFC 3339. */
export interface ToldHold {
  id: string;
  dossierId: string;
  state: 'standing' | 'lift-requested' | 'lifted';
  reason: string;
  placedBy: string;
  placedAt: string;
  liftReason: string | null;
  liftRequestedBy: string | null;
  liftExpiresAt: string | null;
  liftedBy: string | null;
  liftedAt: string | null;
}

type Deps = Pick<PrivacyDeps, 'db' | 'syncLog' | 'clock' | 'ids'>;

/** Keeps a dossier's content from being erased until two people lift it. Takes the dossier's lock: an erasure under way is over, or finds the hold.
 *  @throws AppError 404 `dossier-unknown`; 422 `reveal-reason-personal`; 409 `idempotency-conflict` */
export async function placeLegalHold(
  ask: { code: string; reason: string },
  by: ActingViewer,
  deps: Deps,
): Promise<ToldHold> {
  if (holdsPersonalNumber(ask.reason)) throw reasonPersonal();
  return once({ operation: 'legal-hold.place', ...ask }, by, deps, async (tx, at) => {
    const state = await seenDossier(tx, ask.code, by.units);
    await lockDossiers(tx, [state.id]);
    const hold: LegalHold = {
      id: deps.ids.next(),
      dossierId: state.id,
      reason: ask.reason,
      placedBy: by.actor.id,
      placedAt: at,
      ...{ liftReason: null, liftRequestedBy: null, liftRequestedAt: null },
      ...{ liftExpiresAt: null, liftedBy: null, liftedAt: null },
    };
    await insertHold(tx, hold);
    await deps.syncLog.append(tx, [
      {
        kind: 'legal-hold.placed',
        actor: by.actor,
        dossierId: state.id,
        codes: codesOf(state),
        unit: state.unit,
        detail: { holdId: hold.id },
      },
    ]);
    return told(hold, at);
  });
}

/** The first of the two people. An expired request is asked anew.
 *  @throws AppError 404 `legal-hold-unknown`; 409 `legal-hold-lifted`, `lift-requested-already`; 422 `reveal-reason-personal` */
export async function requestLegalLift(
  ask: { holdId: string; reason: string },
  by: ActingViewer,
  deps: Deps,
): Promise<ToldHold> {
  if (holdsPersonalNumber(ask.reason)) throw reasonPersonal();
  return once({ operation: 'legal-hold.lift', ...ask }, by, deps, async (tx, at) => {
    const hold = await standing(tx, ask.holdId, by);
    if (stateOf(hold, at) === 'lift-requested') throw refused('lift-requested-already', 409, 'somebody asked already');
    const asked = {
      ...hold,
      liftReason: ask.reason,
      liftRequestedBy: by.actor.id,
      liftRequestedAt: at,
      liftExpiresAt: new Date(at.getTime() + LIFT_TTL_MS),
    };
    await requestLift(tx, asked);
    await record(tx, { kind: 'legal-hold.lift-requested', hold: asked, actor: by.actor }, deps);
    return told(asked, at);
  });
}

/** The second of the two, and never the first.
 *  @throws AppError 403 `own-request`; 404 `legal-hold-unknown`; 409 `legal-hold-lifted`, `lift-not-requested` */
export async function approveLegalLift(holdId: string, by: ActingViewer, deps: Deps): Promise<ToldHold> {
  return once({ operation: 'legal-hold.approve-lift', holdId }, by, deps, async (tx, at) => {
    const hold = await standing(tx, holdId, by);
    if (stateOf(hold, at) !== 'lift-requested')
      throw refused('lift-not-requested', 409, 'nobody has asked for it within 24 h');
    if (hold.liftRequestedBy === by.actor.id) throw refused('own-request', 403, 'a second person has to approve it');
    const lifted = { ...hold, liftedBy: by.actor.id, liftedAt: at };
    await liftHold(tx, lifted);
    await record(tx, { kind: 'legal-hold.lifted', hold: lifted, actor: by.actor }, deps);
    return told(lifted, at);
  });
}

/** Newest first. @throws AppError 404 `dossier-unknown` */
export async function listLegalHolds(
  { code, ...filter }: { code?: string; isStanding: boolean; after: string | null; limit: number },
  by: Pick<Viewer, 'units'>,
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
): Promise<ToldHold[]> {
  const dossierId = code === undefined ? null : (await seenDossier(db, code, by.units)).id;
  const rows = await readHolds(db, { ...filter, dossierId, units: by.units });
  return rows.map((row) => told(row, clock.now()));
}

function once<T extends object>(
  request: object,
  { actor, idempotencyKey: key }: ActingViewer,
  { db, clock }: Deps,
  work: (tx: Tx, at: Date) => Promise<T>,
): Promise<T> {
  const at = clock.now();
  return db.run((tx) => answerOnce(tx, { clientId: actor.id, key, request, at }, () => work(tx, at)));
}

async function standing(tx: Tx, id: string, by: Viewer): Promise<LegalHold> {
  const hold = await lockHold(tx, id);
  if (!hold) throw refused('legal-hold-unknown', 404, 'no legal hold with this id');
  // Of another commune's dossier it is as unknown as none.
  await seenDossier(tx, hold.dossierId, by.units);
  if (hold.liftedAt) throw refused('legal-hold-lifted', 409, 'it is lifted already');
  return hold;
}

interface Recorded {
  kind: 'legal-hold.lift-requested' | 'legal-hold.lifted';
  hold: LegalHold;
  actor: ActingViewer['actor'];
}

async function record(tx: Tx, { kind, hold, actor }: Recorded, { syncLog }: Deps): Promise<void> {
  const { id: holdId, dossierId, liftRequestedBy, liftExpiresAt } = hold;
  const detail = { holdId, clientId: liftRequestedBy ?? undefined, until: liftExpiresAt?.toISOString() };
  await syncLog.append(tx, [{ kind, actor, dossierId, detail }]);
}

function stateOf({ liftedAt, liftExpiresAt }: LegalHold, now: Date): ToldHold['state'] {
  if (liftedAt) return 'lifted';
  return liftExpiresAt !== null && liftExpiresAt > now ? 'lift-requested' : 'standing';
}

function told(hold: LegalHold, now: Date): ToldHold {
  const { id, dossierId, reason, placedBy, placedAt, liftReason, liftRequestedBy, liftExpiresAt, liftedBy } = hold;
  return {
    ...{ id, dossierId, state: stateOf(hold, now), reason, placedBy, placedAt: rfc3339(placedAt) },
    ...{ liftReason, liftRequestedBy, liftExpiresAt: liftExpiresAt && rfc3339(liftExpiresAt) },
    ...{ liftedBy, liftedAt: hold.liftedAt && rfc3339(hold.liftedAt) },
  };
}

function refused(code: string, status: number, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail });
}
