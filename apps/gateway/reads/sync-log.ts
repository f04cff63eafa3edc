import { findDossierId } from '#dossier';
import type { Queryable } from '#platform';
import {
  findReceipt,
  findReceiptLeaf,
  leafHash,
  type Facet,
  type FoundEntry,
  type SearchFilter,
  type Term,
} from '#synclog';
import type { SyncLogItem } from '../schema/sync-log';
import type { SyncLogFilterQuery } from '../schema/sync-log-query';
import { readDossier } from './dossiers';

/** Parameters that are a condition as they stand. */
const PLAIN = [
  'dossierId',
  'unit',
  'partner',
  'operation',
  'procedure',
  'outcome',
  'kind',
  'actor',
  'cause',
  'delivery',
  'plan',
  'item',
] as const satisfies readonly Facet[];

/** Entries write ids in small letters. */
const IDS: readonly Facet[] = ['dossierId', 'delivery', 'plan', 'item'];

/** What a caller asks of the sync log, as it can be looked up.
 *  @param units communes the caller is limited to: only entries that name one of them; null = all */
export async function syncLogFilter(
  tx: Queryable,
  query: SyncLogFilterQuery,
  units: readonly string[] | null,
): Promise<SearchFilter> {
  const plain = PLAIN.flatMap((facet) => {
    const value = query[facet];
    return value === undefined ? [] : [[{ facet, value: IDS.includes(facet) ? value.toLowerCase() : value }]];
  });
  const all: (readonly Term[])[] = [
    ...plain,
    ...(units === null ? [] : [units.map((value): Term => ({ facet: 'unit', value }))]),
    ...(query.code === undefined ? [] : [await termsOfDossier(tx, query.code)]),
  ];
  const filter: SearchFilter = { all, since: instantOf(query.since), until: instantOf(query.until) };
  return query.receipt === undefined ? filter : ofReceipt(tx, query.receipt, filter);
}

/** Entries name a dossier by its id, and those from before it had one, or about what never became one, by a code only. */
async function termsOfDossier(tx: Queryable, code: string): Promise<Term[]> {
  const id = await findDossierId(tx, code);
  const dossier = id === null ? undefined : await readDossier(tx, id, null);
  const { dvclt, oneStop, registry = [] } = dossier?.projection.codes ?? {};
  const codes = new Set([code, ...[dvclt, oneStop, ...registry].filter((one) => one !== undefined)]);
  return [
    ...(id === null ? [] : [{ facet: 'dossierId', value: id } as const]),
    ...[...codes].map((value) => ({ facet: 'code', value }) as const),
  ];
}

/** A receipt that we gave speaks of one entry, which was written before it and cannot name it. */
async function ofReceipt(tx: Queryable, id: string, filter: SearchFilter): Promise<SearchFilter> {
  const receipt = await findReceipt(tx, id);
  if (receipt === undefined)
    return { ...filter, all: [...filter.all, [{ facet: 'receipt', value: id.toLowerCase() }]] };
  const leaf = await findReceiptLeaf(tx, receipt);
  return leaf === undefined ? { ...filter, from: 0, to: 0 } : { ...filter, from: leaf, to: leaf + 1 };
}

function instantOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

/** The bytes are the RFC 8785 form, so the parsed entry has the same digest. */
export function syncLogItem({ index, bytes, entry }: FoundEntry): SyncLogItem {
  return { index, entry: entry ?? null, leafHash: leafHash(bytes).toString('base64') };
}
