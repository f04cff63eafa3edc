import { hasMoreValuesThan } from '#platform';

/** Members of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A long list has some hundred thousand values; more would take more memory than a process has to spare, however few bytes they are. */
const MAX_VALUES = 1_000_000;

/** The JSON object in an answer, or undefined: HTML pages, SOAP faults, plain text and cut bodies are no answer (Q30), nor is one that
 *  holds more values than any honest one. How deep it is nested is not judged here: a list must not be lost for one odd row. */
export function jsonObjectOf(body: Buffer): JsonObject | undefined {
  if (hasTooManyValues(body)) return undefined;
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    // Not JSON is an expected answer of integration platforms; the caller decides what it means for a read or a write.
    return undefined;
  }
}

/** Whether an answer is not even parsed. */
export function hasTooManyValues(body: Uint8Array): boolean {
  return hasMoreValuesThan(body, MAX_VALUES);
}
