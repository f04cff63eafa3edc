import type { Tx } from '#platform';
import type { Role } from './domain/roles';

/** A person's or machine's account. */
export interface Client {
  id: string;
  kind: 'machine' | 'person';
  roles: readonly Role[];
  /** Communes it is limited to; null = all. */
  units: readonly string[] | null;
  /** IP addresses or CIDR networks it may come from; null = any. */
  addresses: readonly string[] | null;
  /** Operation ids of the API it may use; null = what its roles allow. */
  operations: readonly string[] | null;
  createdAt: Date;
  disabledAt: Date | null;
}

export interface ClientWithSecret extends Client {
  /** `scrypt$N$r$p$salt$hash` (app/secret-hash.ts). */
  secretHash: string;
}

/** Who asks, after the token was checked against the account as it is now. */
export interface Principal {
  clientId: string;
  kind: 'machine' | 'person';
  roles: readonly Role[];
  units: readonly string[] | null;
}

/** The account of an id; an expected miss is undefined. */
export interface ClientLookup {
  find(id: string): Promise<ClientWithSecret | undefined>;
}

/** Where log-ins are recorded (the sync log, DESIGN §10). */
export interface LogInJournal {
  record(tx: Tx, entry: LogInRecord): Promise<void>;
}

export interface LogInRecord {
  kind: 'log-in.succeeded' | 'log-in.failed';
  /** Null when no account has the id that was given: what a stranger typed is not kept. */
  client: Pick<Client, 'id' | 'kind'> | null;
  addressDigest: string;
  /** Code of the failure. */
  reason?: string;
}
