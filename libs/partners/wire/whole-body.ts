import type { RenderedContent } from '#delivery';
import { AppError } from '#platform';

/** The body of a message that has no place for files. */
export function wholeBody({ body }: RenderedContent): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new AppError({
    code: 'content.unexpectedly-large',
    disposition: 'bug',
    detail: 'this message carries no files',
  });
}
