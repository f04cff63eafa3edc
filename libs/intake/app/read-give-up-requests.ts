import type { Queryable } from '#platform';
import { readRequest, readRequests } from '../adapters/quarantine-request-store';
import { requestUnknown } from './approve-give-up';
import { toldRequest, type ToldRequest } from './request-give-up';

/** Newest first. @returns up to `limit` requests after the id `after` */
export async function listGiveUpRequests(
  tx: Queryable,
  page: { after: string | null; limit: number },
  now: Date,
): Promise<ToldRequest[]> {
  return (await readRequests(tx, page)).map((request) => toldRequest(request, now));
}

/** @throws AppError `quarantine-request-unknown` (404) */
export async function showGiveUpRequest(tx: Queryable, id: string, now: Date): Promise<ToldRequest> {
  const request = await readRequest(tx, id);
  if (!request) throw requestUnknown();
  return toldRequest(request, now);
}
