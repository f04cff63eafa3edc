/** Asks `condition` again every `everyMs` until it is true. Returns false when `deadlineMs` have passed.
 *  The condition is always asked once more at the deadline. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
  everyMs = 50,
): Promise<boolean> {
  const endsAt = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() >= endsAt) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}
