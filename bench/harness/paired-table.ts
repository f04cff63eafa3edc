import { tableOf, type Column } from '../../apps/cli/output/table';
import { median } from './statistics';

/** Two runs of one repeat: without and with what the bench is about. */
export interface WithAndWithout<R> {
  without: R;
  with: R;
}

export interface PairedMeasure<R> {
  head: string;
  of(run: R): number;
  digits: number;
}

interface Row {
  head: string;
  without: string;
  with: string;
  ratio: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'median', value: (row) => row.head },
  { head: 'without', value: (row) => row.without, align: 'right' },
  { head: 'with', value: (row) => row.with, align: 'right' },
  { head: 'with ÷ without', value: (row) => row.ratio, align: 'right' },
];

/** Medians over the repeats; the ratio is the median of the pairs' own. */
export function pairedTable<R>(pairs: readonly WithAndWithout<R>[], measures: readonly PairedMeasure<R>[]): string {
  return tableOf(
    measures.map(({ head, of, digits }) => {
      const ratio = median(pairs.map((pair) => of(pair.with) / of(pair.without)));
      return {
        head,
        without: median(pairs.map((pair) => of(pair.without))).toFixed(digits),
        with: median(pairs.map((pair) => of(pair.with))).toFixed(digits),
        ratio: Number.isFinite(ratio) ? ratio.toFixed(2) : '–',
      };
    }),
    COLUMNS,
  );
}
