import type { Queryable } from '#platform';
import { readRequest, readRequests } from '../adapters/quarantine-request-store';
import type { Units } from '../adapters/quarantine-store';
import { toldRequest, type ToldRequest } from './request-give-up';
import { requestUnknown } from './request-unknown';

/** Newest first; those alone whose every item the caller may see. @returns up to `limit` requests after the id `after` */
export async function listGiveUpRequests(
  tx: Queryable,
  page: { after: string | null; limit: number; units: Units },
  now: Date,
): Promise<ToldRequest[]> {
  return (await readRequests(tx, page)).map((request) => toldRequest(request, now));
}

/** @throws AppError `quarantine-request-unknown` (404) */
export async function showGiveUpRequest(
  tx: Queryable,
  { id, units }: { id: string; units: Units },
  now: Date,
): Promise<ToldRequest> {
  const request = await readRequest(tx, id, units);
  if (!request) throw requestUnknown();
  return toldRequest(request, now);
}
