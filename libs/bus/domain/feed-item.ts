import { rfc3339 } from '#platform';
import type { LoggedEvent } from './event-record';

/** One event as feed and webhooks show it (CONTRACTS §2). */
export interface FeedItem {
  position: number;
  type: string;
  /** RFC 3339. */
  at: string;
  dossierId: string | null;
  codes: Record<string, unknown>;
  data: Record<string, unknown>;
}

type Shown = Pick<LoggedEvent, 'position' | 'type' | 'at' | 'dossierId' | 'codes' | 'data'>;

/** The one shape of an event for readers by position. */
export function feedItem({ position, type, at, dossierId, codes, data }: Shown): FeedItem {
  return { position, type, at: rfc3339(at), dossierId, codes: { ...codes }, data };
}
