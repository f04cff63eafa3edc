import type { Queryable, Tx } from '#platform';
import type { ClientCertificate, ShownCertificate } from '../ports';

interface CertificateRow {
  id: string;
  sha256: Buffer | null;
  subject: string | null;
  expires_at: Date | null;
  created_at: Date;
  ended_at: Date | null;
  last_used_on: string | null;
}

const COLUMNS = 'id, sha256, subject, expires_at, created_at, ended_at, last_used_on::text as last_used_on';

/** The client that a certificate stands for; its own digest counts before its subject. */
export async function findClientOfCertificate(
  tx: Queryable,
  { sha256, subject }: Pick<ShownCertificate, 'sha256' | 'subject'>,
): Promise<string | undefined> {
  const [row] = await tx.query<{ clientId: string }>(
    `select client_id as "clientId" from (
       select client_id, 1 as rank from client_certificate where sha256 = $1 and ended_at is null
       union all
       select client_id, 2 from client_certificate where subject = $2 and ended_at is null
     ) found order by rank limit 1`,
    [Buffer.from(sha256, 'base64url'), subject],
  );
  return row?.clientId;
}

/** All certificates that a client had and has, newest first. */
export async function listCertificates(tx: Queryable, clientId: string, limit: number): Promise<ClientCertificate[]> {
  const rows = await tx.query<CertificateRow>(
    `select ${COLUMNS} from client_certificate where client_id = $1 order by created_at desc, id desc limit $2`,
    [clientId, limit],
  );
  return rows.map(certificateOf);
}

/** False when a client, this or another, has it already. */
export async function insertCertificate(
  tx: Tx,
  certificate: Pick<ClientCertificate, 'id' | 'sha256' | 'subject' | 'expiresAt' | 'createdAt'>,
  clientId: string,
): Promise<boolean> {
  const { id, sha256, subject, expiresAt, createdAt } = certificate;
  const inserted = await tx.execute(
    `insert into client_certificate (id, client_id, sha256, subject, expires_at, created_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [id, clientId, sha256 && Buffer.from(sha256, 'base64url'), subject, expiresAt, createdAt],
  );
  return inserted === 1;
}

export function endCertificate(tx: Tx, id: string, at: Date): void {
  tx.send('update client_certificate set ended_at = coalesce(ended_at, $2) where id = $1', [id, at]);
}

/** All certificates of a client. */
export function endCertificatesOf(tx: Tx, clientId: string, at: Date): void {
  tx.send('update client_certificate set ended_at = $2 where client_id = $1 and ended_at is null', [clientId, at]);
}

/** Writes once a day. */
export async function markCertificateUsed(tx: Queryable, id: string, day: string): Promise<void> {
  await tx.execute(
    'update client_certificate set last_used_on = $2::date where id = $1 and last_used_on is distinct from $2::date',
    [id, day],
  );
}

function certificateOf(row: CertificateRow): ClientCertificate {
  return {
    id: row.id,
    sha256: row.sha256 && row.sha256.toString('base64url'),
    subject: row.subject,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    lastUsedOn: row.last_used_on,
  };
}
