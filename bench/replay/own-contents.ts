import { createVault, fileMasterKeys, type Vault, type VaultObjectKind } from '#access';
import { Database, silentLog, systemClock, uuidIds } from '#platform';
import type { ClientBase } from 'pg';

/** Dossiers whose contents are sealed in one transaction. */
const AT_ONCE = 200;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

interface Contents {
  databaseUrl: string;
  keyDir: string;
  /** Of the dead letters. */
  reasonCode: string;
  /** Dossiers in the temporary table `copy`. */
  copies: number;
}

interface Original {
  kind: VaultObjectKind;
  contentType: string;
  bytes: Buffer;
  /** Other objects that it names. */
  names: readonly string[];
}

interface DeadRow {
  id: string;
  dossierId: string;
  facts: string;
  projection: string;
}

/** Gives each copied dossier sealed objects of its own in place of its original's: of all that the dead letters' messages are made of. Without this thousands of
 *  messages would be made of the few objects of the originals, which are opened once for all that ask in the same moment. */
export async function sealOwnContents(client: ClientBase, contents: Contents): Promise<void> {
  const { databaseUrl, keyDir, copies } = contents;
  const db = new Database({ url: databaseUrl, applicationName: 'bench', maxConnections: 2, role: null }, silentLog);
  const vault = createVault({ db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock: systemClock });
  const originals = new Originals(vault, db);
  try {
    for (let first = 1; first <= copies; first += AT_ONCE)
      await sealSome(await deadOf(client, contents.reasonCode, first), { db, vault, originals });
  } finally {
    await db.pool.end();
  }
}

async function deadOf(client: ClientBase, reasonCode: string, first: number): Promise<DeadRow[]> {
  const { rows } = await client.query<DeadRow>(
    `select v.id, v.dossier_id as "dossierId", v.facts::text as facts, o.projection::text as projection
     from copy c join delivery v on v.dossier_id = c.new_id and v.status = 'dead' and v.reason_code = $1 join dossier o on o.id = c.new_id
     where c.rank >= $2 and c.rank < $2 + ${AT_ONCE}`,
    [reasonCode, first],
  );
  return rows;
}

interface Sealing {
  db: Database;
  vault: Vault;
  originals: Originals;
}

async function sealSome(rows: readonly DeadRow[], { db, vault, originals }: Sealing): Promise<void> {
  const own = new Map<string, Map<string, string>>();
  for (const { dossierId, facts, projection } of rows) {
    const refs = own.get(dossierId) ?? new Map<string, string>();
    own.set(dossierId, refs);
    for (const ref of await originals.allOf(`${facts}${projection}`)) if (!refs.has(ref)) refs.set(ref, uuidIds.next());
  }
  const refsOf = (dossierId: string): ReadonlyMap<string, string> => own.get(dossierId) ?? new Map();
  const items = [...own].map(([ownerId, refs]) => ({
    ownerKind: 'dossier' as const,
    ownerId,
    objects: [...refs].map(([ref, newRef]) => originals.copyOf(ref, newRef, refs)),
  }));
  await db.run(async (tx) => {
    await vault.sealMany(tx, items);
    const changed = rows.map(({ id, dossierId, facts, projection }) => ({
      id,
      dossier_id: dossierId,
      facts: JSON.parse(renamed(facts, refsOf(dossierId))) as object,
      projection: JSON.parse(renamed(projection, refsOf(dossierId))) as object,
    }));
    await tx.execute(WRITE, [JSON.stringify(changed)]);
  });
}

const WRITE = `
with r as (
  select * from jsonb_to_recordset($1::jsonb) as r (id uuid, dossier_id uuid, facts jsonb, projection jsonb)
), projected as (
  update dossier o set projection = n.projection
  from (select distinct on (dossier_id) dossier_id, projection from r order by dossier_id) n where o.id = n.dossier_id
)
update delivery v set facts = r.facts from r where v.id = r.id`;

/** What the originals have sealed; each object is opened once. */
class Originals {
  private readonly opened = new Map<string, Original | null>();

  constructor(
    private readonly vault: Vault,
    private readonly db: Database,
  ) {}

  /** All objects that this text names, and those that they name. */
  async allOf(text: string): Promise<Set<string>> {
    const found = new Set<string>();
    const open = uuidsIn(text);
    for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
      if (found.has(ref)) continue;
      const object = await this.open(ref);
      if (object === null) continue;
      found.add(ref);
      open.push(...object.names);
    }
    return found;
  }

  copyOf(
    ref: string,
    newRef: string,
    refs: ReadonlyMap<string, string>,
  ): { ref: string; kind: VaultObjectKind; contentType: string; bytes: Buffer } {
    const object = this.opened.get(ref);
    if (!object) throw new Error('an original was not opened');
    const { kind, contentType, bytes, names } = object;
    const own = names.length === 0 ? bytes : Buffer.from(renamed(bytes.toString('utf8'), refs), 'utf8');
    return { ref: newRef, kind, contentType, bytes: own };
  }

  private async open(ref: string): Promise<Original | null> {
    const known = this.opened.get(ref);
    if (known !== undefined) return known;
    const [row] = await this.db.query<{ kind: VaultObjectKind; contentType: string }>(
      `select kind, content_type as "contentType" from vault_object where id = $1`,
      [ref],
    );
    const object = row === undefined ? null : await this.read(ref, row);
    this.opened.set(ref, object);
    return object;
  }

  private async read(ref: string, row: Pick<Original, 'kind' | 'contentType'>): Promise<Original> {
    const bytes = await this.vault.open(ref);
    const names = row.contentType === 'application/json' ? uuidsIn(bytes.toString('utf8')) : [];
    return { ...row, bytes, names };
  }
}

function uuidsIn(text: string): string[] {
  return [...new Set(text.match(UUID) ?? [])];
}

function renamed(text: string, refs: ReadonlyMap<string, string>): string {
  return text.replaceAll(UUID, (id) => refs.get(id) ?? id);
}
