import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed JSON; undefined where the text is none. */
  readonly json: unknown;
}

export interface Question {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, also with GET (Q33). */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
}

/** One call without a kept connection; rejects when the connection is cut. */
export function ask(method: string, url: string, { headers = {}, body, text }: Question = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = text ?? (body === undefined ? '' : JSON.stringify(body));
    // Node writes no length for the body of a GET by itself.
    const length = { 'content-length': String(Buffer.byteLength(sent)) };
    const outgoing = request(url, { method, headers: { ...headers, ...length }, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const received = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: received, json: parsed(received) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
