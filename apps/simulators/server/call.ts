import type { IncomingHttpHeaders } from 'node:http';
import type { FiredFaults } from '../faults/fired-faults';

/** One HTTP request as a handler sees it; `body` is the parsed JSON, or undefined where the text is no JSON. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Size of the body on the wire. */
  readonly bytes: number;
  readonly body: unknown;
  readonly atMs: number;
  readonly faults: FiredFaults;
  /** The switches for one row of an answer that no call can name: rules with the row's code. */
  rowFaults(code: string): FiredFaults;
}
