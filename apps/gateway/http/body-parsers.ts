import type { FastifyRequest } from 'fastify';
import { AppError, hasMoreValuesThan, hasRepeatedMember } from '#platform';

export interface JsonLimits {
  maxDepth: number;
  maxStringLength: number;
}

/** For every route but those that carry files. */
const PLAIN_JSON: JsonLimits = { maxDepth: 16, maxStringLength: 16_384 };
/** Files come as base64 in one string. */
const FILES_JSON: JsonLimits = { maxDepth: 16, maxStringLength: 33_554_432 };

/** A dossier has a few hundred leaves and at most two hundred files of some ten members. */
const MAX_VALUES = 20_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON of a request body; an empty body is undefined (a POST without content).
 *  @throws AppError 400 `body-not-json` or `request-invalid` */
export function parseJson(bytes: Buffer, limits: JsonLimits): unknown {
  if (bytes.length === 0) return undefined;
  if (hasMoreValuesThan(bytes, MAX_VALUES)) throw invalid(`more than ${MAX_VALUES} values`);
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw new AppError({
      code: 'body-not-json',
      disposition: 'refuse',
      status: 400,
      detail: 'the body must be one JSON value in UTF-8',
      cause: error,
    });
  }
  if (hasRepeatedMember(bytes)) throw invalid('a member comes twice');
  refuseOdd(value, limits);
  return value;
}

/** OAuth's form body; a name that comes twice is refused (RFC 6749 §3.2). */
export function parseForm(bytes: Buffer): Record<string, string> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) {
    if (name in fields) throw invalid('a field comes twice');
    fields[name] = value;
  }
  return fields;
}

/** Walks without recursion: nesting is what it limits. Texts that PostgreSQL or RFC 8785 cannot hold are refused here, by name,
 *  and not as an unexpected error later. */
function refuseOdd(root: unknown, limits: JsonLimits): void {
  const stack: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value, depth } = item;
    if (typeof value === 'string') refuseText(value, limits.maxStringLength);
    if (typeof value !== 'object' || value === null) continue;
    if (depth > limits.maxDepth) throw invalid(`nested deeper than ${limits.maxDepth}`);
    for (const [key, child] of Object.entries(value)) {
      if (key === '__proto__') throw invalid('a member has a name that is not allowed');
      refuseText(key, 256);
      stack.push({ value: child, depth: depth + 1 });
    }
  }
}

function refuseText(text: string, maxLength: number): void {
  if (text.length > maxLength) throw invalid(`a text is longer than ${maxLength} characters`);
  if (/[\0\p{Surrogate}]/u.test(text)) throw invalid('a text holds characters that are not allowed');
}

function invalid(detail: string): AppError {
  return new AppError({ code: 'request-invalid', disposition: 'refuse', status: 400, detail });
}

/** Whether this request may carry files. */
export function limitsOf(request: Pick<FastifyRequest, 'routeOptions'>): JsonLimits {
  return filesOperation(request.routeOptions.url) !== undefined ? FILES_JSON : PLAIN_JSON;
}

/** Routes whose `POST` carries files, with their operations. */
const FILES_ROUTES: ReadonlyMap<string | undefined, string> = new Map([
  ['/api/v1/dossiers', 'dossier.file'],
  ['/api/v1/registration-links', 'replay.link'],
]);

/** Operation of a route whose `POST` carries files, and so has its own size limit; undefined for every other route. */
export function filesOperation(url: string | undefined): string | undefined {
  return FILES_ROUTES.get(url);
}
