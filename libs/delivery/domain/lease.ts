/** Added to a call's total deadline; a write starts within it, so that the whole call lies inside the lease (DESIGN §7). */
export const LEASE_MARGIN_MS = 5_000;
/** A worker that has not been heard of for so long loses its leases. */
export const WORKER_SILENCE_MS = 10_000;
export const HEARTBEAT_EVERY_MS = 2_000;
/** A write needs a heartbeat younger than this: well before others may take the lease away. */
const HEARTBEAT_FRESH_MS = 8_000;

/** What a worker knows of its own right to write. */
export interface WriteRight {
  claimedAt: Date;
  /** When the last confirmed heartbeat was sent; undefined before the first. */
  heartbeatAt: Date | undefined;
}

export function leaseUntil(claimedAt: Date, deadlineMs: number): Date {
  return new Date(claimedAt.getTime() + deadlineMs + LEASE_MARGIN_MS);
}

/** True while nobody else can have taken the lease, and a call started now ends inside it. A process that was suspended
 *  and wakes up finds it false: its claim is older than the margin by the time that others may act. */
export function mayStartWriting(right: WriteRight, now: Date): boolean {
  const claimAgeMs = now.getTime() - right.claimedAt.getTime();
  if (claimAgeMs < 0 || claimAgeMs >= LEASE_MARGIN_MS || right.heartbeatAt === undefined) return false;
  return now.getTime() - right.heartbeatAt.getTime() < HEARTBEAT_FRESH_MS;
}
