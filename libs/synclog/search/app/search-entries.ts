import type { LogSource } from '../../archive/ports';
import type { SearchFilter } from '../domain/search-filter';
import { findEntries, type FoundEntry, type SearchOrder } from './find-entries';

export interface SearchPage {
  order: SearchOrder;
  /** Index of the last entry of the page before. */
  after?: number | undefined;
  /** Most entries. */
  limit: number;
}

/** Fewest entries that are read at once: among those not indexed yet few may be asked for. */
const LEAST_READ = 64;

/** One page of the sealed entries that a filter asks for. Pages neither miss nor repeat an entry while the log grows. */
export async function searchEntries(
  source: LogSource,
  filter: SearchFilter,
  { order, after, limit }: SearchPage,
): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for await (const part of findEntries(source, behind(filter, order, after), {
    order,
    part: Math.max(limit, LEAST_READ),
  })) {
    found.push(...part);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

function behind(filter: SearchFilter, order: SearchOrder, after: number | undefined): SearchFilter {
  if (after === undefined) return filter;
  return order === 'oldest'
    ? { ...filter, from: Math.max(filter.from ?? 0, after + 1) }
    : { ...filter, to: Math.min(filter.to ?? after, after) };
}
