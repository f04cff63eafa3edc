import type { Posted } from './domain/judge-post';

/** One post as the wire needs it. */
export interface PostRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Total deadline, ms. */
  deadlineMs: number;
  /** Asked once, in the tick in which the first byte is handed to the socket. False: nothing is written. */
  mayWrite(): boolean;
}

/** Posts to a receiver; never throws for what wire or receiver do. */
export interface WebhookPort {
  post(request: PostRequest): Promise<Posted>;
}

/** Communes of an account as it is now, also while it may not read the feed; null = all, undefined = there is no such account. */
export type UnitsOf = (client: string) => Promise<readonly string[] | null | undefined>;

/** What the account of a webhook may have of the feed now: its communes (null = all), or why it may have nothing. */
export type FeedRight = { units: readonly string[] | null } | { refused: string };
