import { openProduct, type BenchRun, type OpenSide } from './bench-run';
import { Meter } from './meter';
import type { ProductSide } from './product-side';

/** One measured run of the product: opened, measured, ended before the meter is read, and dropped whatever happens.
 *  @param measure starts and ends the meter around what it measures
 *  @returns what was measured, with the share of the machine that others used */
export async function measuredProduct<T extends object>(
  run: BenchRun,
  { label, officers }: { label: string; officers: { minMs: number; maxMs: number } },
  measure: (opened: OpenSide<ProductSide>, meter: Meter) => Promise<T>,
): Promise<T & { foreignShare: number }> {
  const opened = await openProduct(run, label, { officers });
  const meter = new Meter(run.services, opened.side, opened.database);
  try {
    const measured = await measure(opened, meter);
    await opened.stop();
    return { ...measured, foreignShare: (await meter.usage()).foreignShare };
  } finally {
    await opened.stop();
    await opened.drop();
  }
}
