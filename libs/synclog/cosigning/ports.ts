/** A witness over the wire. Each call ends by itself: after a deadline, at a limit of bytes, or when the signal is aborted. */
export interface WitnessPort {
  /** @throws AppError `witness-away` when there is no answer */
  addCheckpoint(body: string, signal: AbortSignal): Promise<{ status: number; body: string }>;
  /** The checkpoint that it says it has cosigned last; undefined when it has none.
   *  @param logId lower-case hex digits of SHA-256 of the origin
   *  @throws AppError `witness-away` when there is no answer */
  latest(logId: string, signal: AbortSignal): Promise<string | undefined>;
}
