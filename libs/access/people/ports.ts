import type { Tx } from '#platform';
import type { Client, Principal } from '../identity/ports';
import type { AccessChange } from './domain/access-change';

/** A person's account: what stands beside its client. Nothing of it leaves this library but by name. */
export interface Account {
  clientId: string;
  username: string;
  /** scrypt; null: no log-in by password. */
  passwordHash: string | null;
  passwordSetAt: Date | null;
  mustChangePassword: boolean;
  totpSealed: Buffer | null;
  /** A secret that the person was shown and has not proved yet. */
  totpDraftSealed: Buffer | null;
  totpUsedStep: number | null;
  mustEnrolTotp: boolean;
  failedLogIns: number;
  lockedUntil: Date | null;
  activeAt: Date;
  reviewedAt: Date;
  reviewedBy: string;
  oidcIssuer: string | null;
  oidcSubject: string | null;
}

/** A person who has logged in. */
export interface OpenedSession {
  /** 256 random bits, base64url; only its digest is stored. */
  token: string;
  clientId: string;
  expiresAt: Date;
}

/** Who asks by a session. */
export interface SessionFacts {
  principal: Principal;
  how: 'password' | 'oidc';
  startedAt: Date;
  expiresAt: Date;
  pending: readonly ('password' | 'totp')[];
}

/** From where a request comes. */
export interface Origin {
  address: string;
  /** What may be kept of the address. */
  addressDigest: string;
}

type PersonEventKind =
  | 'log-in.succeeded'
  | 'log-in.failed'
  | 'session.ended'
  | 'password.changed'
  | 'totp.enrolled'
  | 'account.locked'
  | 'account.reviewed'
  | 'client.disabled';

/** What happened to an account, for the sync log (DESIGN §10). Null client: no account has the name that was given; what a stranger typed is
 *  not kept. */
export interface PersonEvent {
  kind: PersonEventKind;
  client: Pick<Client, 'id' | 'kind'> | null;
  operation: string;
  addressDigest?: string;
  reason?: string;
  until?: Date;
  /** The account that it is about, where that is not the one who acts. */
  about?: string;
  /** The gateway did it by itself. */
  bySystem?: boolean;
}

export interface PeopleJournal {
  record(tx: Tx, event: PersonEvent): Promise<void>;
  /** A change of access at one of its steps. */
  change(
    tx: Tx,
    entry: {
      kind: 'account.proposed' | 'account.confirmed' | 'account.declined' | 'account.expired';
      change: AccessChange;
      /** Null: the gateway itself. */
      by: { clientId: string; kind: 'machine' | 'person'; addressDigest?: string } | null;
      /** Code: why it was decided, where that was not for itself. */
      reason?: string;
    },
  ): Promise<void>;
}
