import { createHmac } from 'node:crypto';
import { AppError, holdsPersonalNumber, type Tx } from '#platform';
import { answerOnce } from '../../identity/app/answer-once';
import { hashSecret } from '../../identity/app/secret-hash';
import { findClient } from '../../identity/adapters/client-store';
import type { Principal } from '../../identity/ports';
import { hasAccount, isUsernameTaken, suspendClient } from '../adapters/access-store';
import { insertChange } from '../adapters/access-change-store';
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
import { expireDue } from './disable-idle-accounts';
import type { PeopleOptions } from './people-options';
import { toldChange, type ToldChange } from './told-change';

export interface Proposal {
  kind: ChangeKind;
  clientId: string;
  content: ChangeContent;
  /** Why; colleagues see it. No personal data. */
  reason: string;
}

/** Who asks, and by which `Idempotency-Key`. */
export interface ActingAdministrator {
  by: Principal;
  idempotencyKey: string;
  addressDigest?: string;
}

export interface Proposed {
  change: ToldChange;
  /** Secret or first password that it brings: worth nothing before a second administrator has confirmed. Shown here, and stored nowhere. */
  secret?: string;
}

type Deps = Pick<PeopleOptions, 'db' | 'clock' | 'ids' | 'journal' | 'secretSeed'>;

/** Kinds that bring a secret. */
const WITH_SECRET: readonly ChangeKind[] = ['create-client', 'create-account', 'reset-password'];
const ABOUT_PEOPLE: readonly ChangeKind[] = ['reset-password', 'reset-totp', 'link-oidc'];
/** 144 bits: read from a screen and typed once. */
const FIRST_PASSWORD_LENGTH = 24;

/** Proposes a change of access. It takes effect when a second administrator confirms it within 24 h (`confirmChange`). One thing counts at once: an
 *  account that is to be disabled is stopped until then, unless it is an administrator's.
 *  The secret is an HMAC over caller, key and account: an equal repeat shows it again although only its hash is stored.
 *  @throws AppError 400 `request-invalid`, `address-invalid`; 404 `client-unknown`; 409 `client-exists`, `username-taken`, `own-client`,
 *  `account-not-a-person`, `access-change-open`, `idempotency-conflict`; 422 `access-reason-personal` */
export async function proposeChange(given: Proposal, acting: ActingAdministrator, deps: Deps): Promise<Proposed> {
  const proposal = canonical(given);
  refuseUnusable(proposal);
  const secret = WITH_SECRET.includes(proposal.kind) ? secretOf(proposal, acting, deps.secretSeed) : undefined;
  const secretHash = secret === undefined ? null : await hashSecret(secret);
  const once = {
    clientId: acting.by.clientId,
    key: acting.idempotencyKey,
    request: { operation: 'access.propose', ...proposal },
    at: deps.clock.now(),
  };
  const change = await deps.db.run((tx) =>
    answerOnce(tx, once, () => propose(tx, { proposal, secretHash, acting }, deps)),
  );
  return { change, ...(secret === undefined ? {} : { secret }) };
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
  given: { proposal: Proposal; secretHash: string | null; acting: ActingAdministrator },
  deps: Deps,
): Promise<ToldChange> {
  const { proposal, secretHash, acting } = given;
  const now = deps.clock.now();
  await expireDue(tx, deps);
  await refuseMisfit(tx, proposal, acting.by);
  const change: AccessChange = {
    ...proposal,
    id: deps.ids.next(),
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

function secretOf({ kind, clientId }: Proposal, acting: ActingAdministrator, seed: Buffer): string {
  const secret = createHmac('sha256', seed)
    .update(JSON.stringify([acting.by.clientId, acting.idempotencyKey, clientId]))
    .digest('base64url');
  return kind === 'create-client' ? secret : secret.slice(0, FIRST_PASSWORD_LENGTH);
}

function refused(code: string, status: number, detail: string, field?: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail, field });
}
