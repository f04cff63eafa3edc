import type { LargeBody } from '#delivery';

/** One HTTP exchange with a partner. Tokens and bodies are in it: never log a request or an answer. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Sent with any method: DVCLT's list is a GET with a JSON body (Q33). */
  body?: Buffer | LargeBody;
  /** Carries the total deadline of the exchange: connect, write, headers and body together. */
  signal: AbortSignal;
  /** A longer answer (after decompression) is given up. Bytes. */
  maxAnswerBytes: number;
  /** Asked once, in the tick in which the first byte is handed to the socket. False: nothing is written. */
  mayWrite?: () => boolean;
}

/** A complete answer, whatever its status: redirects are not followed and no status is an error here. */
export interface HttpAnswer {
  kind: 'answer';
  status: number;
  /** Names in lower case; repeated headers are joined with ", ". */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** What happened on the wire decides what may be done next (law 2):
 *  `not-written` — no byte reached the socket, a repeat is safe; `written` — the request may have been received and there is no
 *  usable answer, the outcome is unknown. `code` is kebab-case: `deadline`, `lease-lost`, `connect-timeout`, `econnrefused`,
 *  `enotfound`, `cut`, `answer-too-large`, `econnreset`, … */
export type HttpResult = HttpAnswer | { kind: 'not-written'; code: string } | { kind: 'written'; code: string };

/** The answer of a request whose body is too long to be held: its first bytes are here, all of it comes by `body`. */
export interface HttpStream {
  kind: 'stream';
  status: number;
  headers: Readonly<Record<string, string>>;
  head: Buffer;
  /** The whole body, `head` included; to be read once. What ends it early (the deadline, a cut, the size limit) is an AppError
   *  `wire.<code>` with disposition `retry`. Until it is read to its end or left, it holds a socket and the deadline's timer. */
  body: AsyncIterable<Buffer>;
  /** Gives the answer up without reading it. */
  cancel(): void;
}

/** Outgoing HTTP as the partner adapters need it. Never throws for what the wire or the partner does. */
export interface HttpPort {
  call(request: HttpRequest): Promise<HttpResult>;
  /** As `call`; an answer longer than `aboveBytes` comes as a stream, under the same deadline and size limit. */
  open(request: HttpRequest, aboveBytes: number): Promise<HttpResult | HttpStream>;
}
