import type { IncomingHttpHeaders } from 'node:http';
import type { FiredFaults } from '../faults/fired-faults';

/** One HTTP request as a handler sees it; `body` is the parsed JSON, or undefined where the text is no JSON. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: unknown;
  readonly atMs: number;
  readonly faults: FiredFaults;
}
