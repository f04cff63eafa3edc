import { AppError, type Tx } from '#platform';
import { answerOnce } from '../../identity/app/answer-once';
import { findClient } from '../../identity/adapters/client-store';
import { lockChange } from '../adapters/access-change-store';
import { suspendClient } from '../adapters/access-store';
import { confirmRefusal, isDue, type AccessChange, type DecisionRefusal } from '../domain/access-change';
import { refuseMachine, type ActingAdministrator } from './acting-administrator';
import { applyChange } from './apply-change';
import { decideChange } from './decide-change';
import { expireDue } from './disable-idle-accounts';
import { bringsPassword, confirmersHalf } from './first-password';
import type { PeopleOptions } from './people-options';
import type { ToldChange } from './told-change';

type Deps = Pick<PeopleOptions, 'db' | 'clock' | 'journal'>;

interface ConfirmedChange extends ToldChange {
  /** Second half of the first password that it brings; the first was shown to the proposer. Stored nowhere. */
  firstPasswordPart?: string;
}

/** A second administrator's yes: the change takes effect, in one transaction with its entries. Whoever proposed it cannot confirm it, by a session
 *  or by a token: both are the same account.
 *  @throws AppError 403 `own-request`, `role-not-allowed`, `person-needed`; 404 `access-change-unknown`; 409 `access-change-not-open`,
 *  `access-change-expired`, `proposer-gone`, `administrators-needed`, and what `applyChange` throws */
export async function confirmChange(
  changeId: string,
  acting: ActingAdministrator,
  deps: Deps & Pick<PeopleOptions, 'secretSeed'>,
): Promise<ConfirmedChange> {
  try {
    const change = await once('confirm', { changeId, acting }, deps, (tx) => confirm(tx, changeId, acting, deps));
    // Made anew, also for a repeat: the stored answer holds no half.
    return bringsPassword(change.kind)
      ? { ...change, firstPasswordPart: confirmersHalf(deps.secretSeed, change) }
      : change;
  } catch (error) {
    // The refusal took its transaction back; that the proposal is over is a fact all the same.
    if (error instanceof AppError && error.code === 'access-change-expired')
      await deps.db.run((tx) => expireDue(tx, deps));
    throw error;
  }
}

/** Any administrator's no, the proposer's included. What the proposal had stopped goes on.
 *  @throws AppError 403 `person-needed`; 404 `access-change-unknown`; 409 `access-change-not-open` */
export async function declineChange(changeId: string, acting: ActingAdministrator, deps: Deps): Promise<ToldChange> {
  return once('decline', { changeId, acting }, deps, async (tx) => {
    const change = await locked(tx, changeId);
    if (change.state !== 'open') throw refused('access-change-not-open', change);
    if (change.kind === 'disable') suspendClient(tx, change.clientId, null);
    return decideChange(tx, change, { state: 'declined', acting }, deps);
  });
}

function once(
  operation: 'confirm' | 'decline',
  { changeId, acting }: { changeId: string; acting: ActingAdministrator },
  { db, clock }: Deps,
  work: (tx: Tx) => Promise<ToldChange>,
): Promise<ToldChange> {
  refuseMachine(acting.by);
  const use = {
    clientId: acting.by.clientId,
    key: acting.idempotencyKey,
    request: { operation: `access.${operation}`, changeId },
    at: clock.now(),
  };
  return db.run((tx) => answerOnce(tx, use, () => work(tx)));
}

async function confirm(tx: Tx, changeId: string, acting: ActingAdministrator, deps: Deps): Promise<ToldChange> {
  const change = await locked(tx, changeId);
  const now = deps.clock.now();
  const refusal = confirmRefusal(change, acting.by.clientId, now);
  if (refusal) throw refused(refusal, { state: isDue(change, now) ? 'expired' : change.state });
  // What is remembered of an account may be seconds old: too old to give access by.
  if (!(await isAdministrator(tx, acting.by.clientId, now))) throw refused('role-not-allowed', change);
  if (!(await isAdministrator(tx, change.proposedBy, now))) throw refused('proposer-gone', change);
  await applyChange(tx, change, now);
  return decideChange(tx, change, { state: 'confirmed', acting }, deps);
}

async function locked(tx: Tx, changeId: string): Promise<AccessChange> {
  const change = await lockChange(tx, changeId);
  if (change) return change;
  throw new AppError({
    code: 'access-change-unknown',
    disposition: 'refuse',
    status: 404,
    detail: 'no change of access with this id',
  });
}

async function isAdministrator(tx: Tx, clientId: string, now: Date): Promise<boolean> {
  const client = await findClient(tx, clientId);
  if (client?.kind !== 'person' || client.disabledAt || (client.suspendedUntil && client.suspendedUntil > now))
    return false;
  return client.roles.includes('administrator');
}

type Refusal = DecisionRefusal | 'role-not-allowed' | 'proposer-gone';

const DETAILS: Readonly<Record<Refusal, string>> = {
  'own-request': 'a second administrator has to confirm it',
  'access-change-not-open': 'it was decided before',
  'access-change-expired': 'nobody confirmed it within 24 h: propose it again',
  'role-not-allowed': 'this account is no administrator any more',
  'proposer-gone': 'whoever proposed it is no administrator any more: propose it again',
};

function refused(code: Refusal, { state }: Pick<AccessChange, 'state'>): AppError {
  const status = code === 'own-request' || code === 'role-not-allowed' ? 403 : 409;
  return new AppError({ code, disposition: 'refuse', status, detail: DETAILS[code], extra: { state } });
}
