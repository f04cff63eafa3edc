/** Members of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object in an answer, or undefined: HTML pages, SOAP faults, plain text and cut bodies are no answer (Q30). */
export function jsonObjectOf(body: Buffer): JsonObject | undefined {
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    // Not JSON is an expected answer of integration platforms; the caller decides what it means for a read or a write.
    return undefined;
  }
}
