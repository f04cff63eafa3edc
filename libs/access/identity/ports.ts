import type { Tx } from '#platform';
import type { CredentialLife } from './domain/credential-life';
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
  /** Requests it may make in a minute and in a day (UTC+7), log-ins included; null = no limit. */
  quota: Quota;
  createdAt: Date;
  disabledAt: Date | null;
  /** Stopped until then, while a second administrator decides whether it is disabled. */
  suspendedUntil?: Date | null;
}

export interface Quota {
  perMinute: number | null;
  perDay: number | null;
}

/** An account as it is created, with its first secret. */
export interface ClientWithSecret extends Omit<Client, 'quota'> {
  quota?: Quota;
  /** `scrypt$N$r$p$salt$hash` (app/secret-hash.ts). */
  secretHash: string;
}

/** One of the secrets of a client, of which at most two are valid at once. */
export interface ClientSecret extends CredentialLife {
  id: string;
  /** `scrypt$N$r$p$salt$hash`. */
  secretHash: string;
  /** Day of the last log-in with it (`YYYY-MM-DD`, UTC+7). */
  lastUsedOn: string | null;
}

/** A certificate by which a client is known on a TLS connection: this very one (`sha256`), or each with this subject. */
export interface ClientCertificate extends CredentialLife {
  id: string;
  /** Of the certificate's DER form, base64url: the `x5t#S256` of RFC 8705. */
  sha256: string | null;
  /** The attributes of the subject as Node prints them, joined by a comma and a space: `C=VN, O=…, CN=…`. */
  subject: string | null;
  lastUsedOn: string | null;
}

/** A client with all that it may prove itself by. */
export interface ClientWithCredentials extends Client {
  secrets: readonly ClientSecret[];
  certificates: readonly ClientCertificate[];
}

/** Who asks, after the token was checked against the account as it is now. */
export interface Principal {
  clientId: string;
  kind: 'machine' | 'person';
  roles: readonly Role[];
  units: readonly string[] | null;
}

/** Accounts by what a caller shows; an expected miss is undefined. */
export interface ClientLookup {
  find(id: string): Promise<ClientWithCredentials | undefined>;
  /** The id of the client that a certificate stands for. */
  findByCertificate(certificate: ShownCertificate): Promise<string | undefined>;
  /** @param day `YYYY-MM-DD`, UTC+7 */
  markCertificateUsed(certificateId: string, day: string): Promise<void>;
}

/** The client certificate of a TLS connection, after it was verified against our list of authorities. */
export interface ShownCertificate {
  /** As in `ClientCertificate`. */
  sha256: string;
  subject: string;
  /** End of its validity. */
  validTo: Date;
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
