import type { Readable } from 'node:stream';
import { AppError } from '#platform';
import type { HttpRequest, HttpStream } from './http-port';

export interface AnswerStreamOptions {
  request: Pick<HttpRequest, 'signal' | 'maxAnswerBytes'>;
  /** A longer body is given as a stream. Bytes. */
  aboveBytes: number;
  /** Kebab-case code of what ended the body early. */
  codeOf(error: unknown): string;
  /** Told once when the stream is over, whatever ended it; not for a body that came whole. */
  onEnd(): void;
}

class TooLarge extends Error {
  readonly code = 'answer-too-large';
}

/** Pieces of the body under the size limit and the deadline; the source is destroyed at its end, whoever ends it. */
async function* limited(
  source: Readable,
  { signal, maxAnswerBytes }: AnswerStreamOptions['request'],
): AsyncGenerator<Buffer> {
  const onAbort = (): void => void source.destroy(new Error('deadline'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  let bytes = 0;
  try {
    for await (const piece of source as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxAnswerBytes) throw new TooLarge('answer-too-large');
      yield piece;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    source.destroy();
  }
}

/** The body of an answer, whole when it is short. @throws what ended a short body early */
export async function answerStream(
  source: Readable,
  options: AnswerStreamOptions,
): Promise<{ whole: Buffer } | Pick<HttpStream, 'head' | 'body' | 'cancel'>> {
  const pieces = limited(source, options.request);
  const head: Buffer[] = [];
  let bytes = 0;
  while (bytes <= options.aboveBytes) {
    const next = await pieces.next();
    if (next.done === true) return { whole: Buffer.concat(head) };
    head.push(next.value);
    bytes += next.value.length;
  }
  let isOver = false;
  const end = (): void => {
    if (!isOver) options.onEnd();
    isOver = true;
  };
  return {
    head: head[0],
    body: rest(head, pieces, options.codeOf, end),
    cancel: () => {
      source.destroy();
      end();
    },
  };
}

async function* rest(
  head: Buffer[],
  pieces: AsyncGenerator<Buffer>,
  codeOf: AnswerStreamOptions['codeOf'],
  end: () => void,
): AsyncGenerator<Buffer> {
  try {
    for (let piece = head.shift(); piece !== undefined; piece = head.shift()) yield piece;
    yield* pieces;
  } catch (error) {
    throw new AppError({ code: `wire.${codeOf(error)}`, disposition: 'retry' });
  } finally {
    // Who leaves in the middle leaves the socket too.
    await pieces.return(undefined);
    end();
  }
}
