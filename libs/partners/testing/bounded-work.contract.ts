/** Processor time, which other processes of a busy machine do not lengthen. Milliseconds. */
const MAX_WORK_MS = 3_000;

/** Runs it and checks that it took no more processor time than whatever comes from outside may cost. */
export async function inBoundedTime<T>(work: () => T | Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(MAX_WORK_MS);
  return result;
}
