/** A receiver of events, as configured (`config/webhooks.yaml`). */
export interface Webhook {
  /** Name in the database, in metrics and in the name of the key file. */
  id: string;
  url: string;
  /** Account in whose name the receiver gets events: those that this account would find in the feed. @default absent: events of all communes */
  client?: string;
  /** Where a webhook that the database does not know yet begins: behind this position of the feed; null = behind the newest event. */
  startAfter: number | null;
  /** Total deadline of one post, ms. */
  deadlineMs: number;
  /** Dossiers whose events are posted at once; those of one dossier go one after the other. */
  concurrency: number;
  /** First and longest pause after a failure, ms. */
  firstRetryMs: number;
  maxRetryMs: number;
  /** It stops itself when nothing has got through for so long, ms. */
  stopAfterMs: number;
  /** Absolute paths of PEM files. */
  tls?: { caFile?: string; certificateFile?: string; keyFile?: string };
}

/** Why a person has a receiver go without an event: codes, since the sync log holds no free text. */
export const SKIP_REASONS = ['refused-for-ever', 'handed-over-otherwise', 'not-wanted'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

type WebhookState = 'running' | 'stopped';

/** A webhook in the database. */
export interface WebhookRow {
  id: string;
  /** All events up to here were taken by the receiver, or are not for it. */
  position: number;
  state: WebhookState;
  /** Why it is stopped. */
  reasonCode: string | null;
  /** In a row. */
  failures: number;
  /** Of the last one. */
  failureCode: string | null;
  failingSince: Date | null;
  /** Not posted to before then. */
  postAfter: Date;
  lastSuccessAt: Date | null;
  keyId: string | null;
}
