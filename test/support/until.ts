import { waitUntil } from '../../apps/cli/stack/wait-until';

/** Waits until `condition` is true, asking every 25 ms; the answer of tests to sleeps.
 *  @param describe what was awaited, or a function that tells the state at the deadline
 *  @throws Error naming what was awaited when `deadlineMs` have passed */
export async function until(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
  describe: string | (() => string | Promise<string>) = 'the condition',
): Promise<void> {
  if (await waitUntil(condition, deadlineMs, 25)) return;
  const what = typeof describe === 'string' ? describe : await describe();
  throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
}
