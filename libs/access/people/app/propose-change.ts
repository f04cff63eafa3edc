import { createHmac } from 'node:crypto';
import { AppError, holdsPersonalNumber, type Tx } from '#platform';
import { answerOnce } from '../../identity/app/answer-once';
import { hashSecret } from '../../identity/app/secret-hash';
import { findClient } from '../../identity/adapters/client-store';
import type { Principal } from '../../identity/ports';
import { hasAccount, isUsernameTaken, suspendClient } from '../adapters/access-store';
import { insertChange, lockOpenChange } from '../adapters/access-change-store';
import { deleteSessionsOf } from '../adapters/session-store';
import {
  changeExpiry,
  stopsAtOnce,
  type AccessChange,
  type ChangeContent,
  type ChangeKind,
} from '../domain/access-change';
import { canonicalUsername } from '../domain/password-rules';
import { proposalFault, roleFault, type ProposalFault } from '../domain/proposal-fault';
import { refuseMachine, type ActingAdministrator } from './acting-administrator';
import { decideChange } from './decide-change';
import { expireDue } from './disable-idle-accounts';
import { bringsPassword, confirmersHalf, proposersHalf } from './first-password';
import type { PeopleOptions } from './people-options';
import { toldChange, type ToldChange } from './told-change';

export interface Proposal {
  kind: ChangeKind;
  clientId: string;
  content: ChangeContent;
  /** Why; colleagues see it. No personal data. */
  reason: string;
}

export interface Proposed {
  change: ToldChange;
  /** Secret of a machine: worth nothing before a second administrator has confirmed. Shown here, and stored nowhere. */
  secret?: string;
  /** First half of a first password; the second is shown to whoever confirms. Stored nowhere. */
  firstPasswordPart?: string;
}

type Deps = Pick<PeopleOptions, 'db' | 'clock' | 'ids' | 'journal' | 'passwords' | 'secretSeed'>;

const ABOUT_PEOPLE: readonly ChangeKind[] = ['reset-password', 'reset-totp', 'link-oidc'];

/** Proposes a change of access. It takes effect when a second administrator confirms it within 24 h (`confirmChange`). One thing counts at once: an
 *  account that is to be disabled is stopped until then, unless it is an administrator's.
 *  What is shown is an HMAC over caller, key and account: an equal repeat shows it again although only a hash is stored.
 *  A proposal to disable takes the place of one that is open: an emergency waits for nobody.
 *  @throws AppError 400 `request-invalid`, `address-invalid`; 403 `person-needed`; 404 `client-unknown`; 409 `client-exists`, `username-taken`, `own-client`,
 *  `account-not-a-person`, `access-change-open`, `idempotency-conflict`; 422 `access-reason-personal` */
export async function proposeChange(given: Proposal, acting: ActingAdministrator, deps: Deps): Promise<Proposed> {
  refuseMachine(acting.by);
  const proposal = canonical(given);
  refuseUnusable(proposal);
  const id = deps.ids.next();
  const shown = shownOf(proposal, acting, deps);
  const secretHash = await hashOf(shown, { id, clientId: proposal.clientId }, deps);
  const once = {
    clientId: acting.by.clientId,
    key: acting.idempotencyKey,
    request: { operation: 'access.propose', ...proposal },
    at: deps.clock.now(),
  };
  const change = await deps.db.run((tx) =>
    answerOnce(tx, once, () => propose(tx, { id, proposal, secretHash, acting }, deps)),
  );
  return { change, ...shown };
}

function canonical(proposal: Proposal): Proposal {
  const { username } = proposal.content;
  if (username === undefined) return proposal;
  return { ...proposal, content: { ...proposal.content, username: canonicalUsername(username) } };
}

function refuseUnusable({ kind, content, reason }: Proposal): void {
  refuseFault(proposalFault(kind, content));
  if (holdsPersonalNumber(reason))
    throw refused('access-reason-personal', 422, 'the reason looks as if it holds a person’s number', 'reason');
}

function refuseFault(fault: ProposalFault | undefined): void {
  if (fault) throw new AppError({ ...fault, disposition: 'refuse', status: 400 });
}

async function propose(
  tx: Tx,
  given: { id: string; proposal: Proposal; secretHash: string | null; acting: ActingAdministrator },
  deps: Deps,
): Promise<ToldChange> {
  const { id, proposal, secretHash, acting } = given;
  const now = deps.clock.now();
  await expireDue(tx, deps);
  await refuseMisfit(tx, proposal, acting.by);
  if (proposal.kind === 'disable') await supersede(tx, proposal.clientId, acting, deps);
  const change: AccessChange = {
    ...proposal,
    id,
    secretHash,
    proposedBy: acting.by.clientId,
    proposedAt: now,
    expiresAt: changeExpiry(now),
    state: 'open',
    decidedBy: null,
    decidedAt: null,
  };
  if (!(await insertChange(tx, change)))
    throw refused('access-change-open', 409, 'another change of this account waits for its confirmation');
  await stopAtOnce(tx, change);
  await deps.journal.change(tx, {
    kind: 'account.proposed',
    change,
    by: { ...acting.by, addressDigest: acting.addressDigest },
  });
  return toldChange(change, now);
}

/** What is open about an account must not hold up that it is stopped. Any administrator may say no to it as well. */
async function supersede(tx: Tx, clientId: string, acting: ActingAdministrator, deps: Deps): Promise<void> {
  const open = await lockOpenChange(tx, clientId);
  if (open && open.kind !== 'disable')
    await decideChange(tx, open, { state: 'declined', acting, reason: 'superseded' }, deps);
}

async function stopAtOnce(tx: Tx, { kind, clientId, expiresAt }: AccessChange): Promise<void> {
  const subject = await findClient(tx, clientId);
  if (!subject || !stopsAtOnce(kind, subject)) return;
  suspendClient(tx, clientId, expiresAt);
  deleteSessionsOf(tx, clientId);
}

/** What only the accounts as they are can tell. */
async function refuseMisfit(tx: Tx, proposal: Proposal, by: Principal): Promise<void> {
  const { kind, clientId, content } = proposal;
  const subject = await findClient(tx, clientId);
  if (kind === 'create-client' || kind === 'create-account') return refuseTaken(tx, proposal, subject !== undefined);
  if (!subject) throw refused('client-unknown', 404, 'no account with this id');
  refuseFault(roleFault(subject.kind, content.roles));
  if (kind === 'disable' && clientId === by.clientId)
    throw refused('own-client', 409, 'an account does not disable itself');
  if (ABOUT_PEOPLE.includes(kind) && !(await hasAccount(tx, clientId)))
    throw refused('account-not-a-person', 409, 'only a person’s account has that');
}

async function refuseTaken(tx: Tx, { content }: Proposal, exists: boolean): Promise<void> {
  if (exists) throw refused('client-exists', 409, 'an account with this id exists', 'id');
  if (content.username !== undefined && (await isUsernameTaken(tx, content.username)))
    throw refused('username-taken', 409, 'another account has this user name', 'username');
}

type Shown = Pick<Proposed, 'secret' | 'firstPasswordPart'>;

function shownOf({ kind, clientId }: Proposal, acting: ActingAdministrator, { secretSeed }: Deps): Shown {
  const request = { by: acting.by.clientId, key: acting.idempotencyKey, clientId };
  if (bringsPassword(kind)) return { firstPasswordPart: proposersHalf(secretSeed, request) };
  if (kind !== 'create-client') return {};
  const parts = JSON.stringify([request.by, request.key, clientId]);
  return { secret: createHmac('sha256', secretSeed).update(parts).digest('base64url') };
}

async function hashOf(
  { secret, firstPasswordPart }: Shown,
  change: { id: string; clientId: string },
  { passwords, secretSeed }: Deps,
): Promise<string | null> {
  if (secret !== undefined) return hashSecret(secret);
  if (firstPasswordPart === undefined) return null;
  // As dear as one that a person has chosen: the time of a log-in must not tell which accounts still have their first one.
  return passwords.hash(firstPasswordPart + confirmersHalf(secretSeed, change));
}

function refused(code: string, status: number, detail: string, field?: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail, field });
}
