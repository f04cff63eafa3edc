import type { SamplePdf } from '../cases/sample-pdf';

/** An answer before it is written: `json` is serialised at the end, `raw` goes out as it is. */
export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly raw?: { readonly contentType: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Given where the JSON holds marks of papers (`paperMark`), which are written out as base64. */
  readonly papers?: SamplePdf;
}

export function jsonReply(status: number, json: unknown): Reply {
  return { status, json };
}

export function rawReply(status: number, contentType: string, text: string): Reply {
  return { status, raw: { contentType, text } };
}
