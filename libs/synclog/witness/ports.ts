/** What a witness keeps, by the log's id: the lower-case hex digits of SHA-256 of its origin. */
export interface WitnessStore {
  /** Keys that are trusted for the log, each as `parseTrustedKey` reads it; none for an unknown one. */
  keysOf(logId: string): readonly string[];
  /** The checkpoint that was cosigned last, with all its signatures; undefined before the first. */
  latest(logId: string): string | undefined;
  /** Puts `next` in the place of `before`, in one step, and for good when it returns.
   *  @returns false when something else stands there by now
   *  @throws when it could not be written: what stood there still does */
  replace(logId: string, before: string | undefined, next: string): boolean;
}
