import { queryOnce } from './query-once';
import type { OpenSide } from './bench-run';
import type { EffectLine } from './simulator-client';
import { until } from './until';

/** What an end is: DVCLT has 5, and, unless the portal is left out, the portal's progress 10. */
export interface EndOptions {
  /** @default true */
  withPortal?: boolean;
}

const ASK_EVERY_MS = 1_000;

type Opened = Pick<OpenSide, 'side' | 'databaseUrl'>;

/** Waits until these births are finished. @returns when each was, epoch ms, by its code at DVCLT */
export async function untilFinished(
  opened: Opened,
  codes: readonly string[],
  deadlineMs: number,
  options: EndOptions = {},
): Promise<Map<string, number>> {
  let ends = new Map<string, number>();
  await until(
    async () => {
      opened.side.assertRunning();
      ends = await finishedAt(opened, options);
      return codes.every((code) => ends.has(code));
    },
    deadlineMs,
    'end of all dossiers',
    ASK_EVERY_MS,
  );
  return ends;
}

/** From the filing to the end, ms. */
export function latenciesOf(filedAt: ReadonlyMap<string, number>, ends: ReadonlyMap<string, number>): number[] {
  return [...filedAt].map(([code, filedMs]) => (ends.get(code) ?? Number.NaN) - filedMs);
}

/** The one-stop's code of each dossier by its code at DVCLT: the others' ledgers know only the former. */
export async function oneStopCodesOf(databaseUrl: string): Promise<Map<string, string>> {
  const rows = await queryOnce<{ dvclt: string; one_stop: string }>(
    databaseUrl,
    `select d.code as dvclt, o.code as one_stop from dossier_code d
     join dossier_code o on o.dossier_id = d.dossier_id and o.system = 'one-stop' where d.system = 'dvclt'`,
  );
  return new Map(rows.map((row) => [row.dvclt, row.one_stop]));
}

async function finishedAt(
  { side, databaseUrl }: Opened,
  { withPortal = true }: EndOptions,
): Promise<Map<string, number>> {
  const returned = endsIn(await side.simulators.ledger('dvclt', 'status'), 5);
  if (!withPortal) return returned;
  const shown = endsIn(await side.simulators.ledger('dvcqg', 'progress'), 10);
  const oneStopCodes = await oneStopCodesOf(databaseUrl);
  const ends = [...returned].map(([code, ms]): [string, number] => [
    code,
    Math.max(ms, shown.get(oneStopCodes.get(code) ?? '') ?? Number.NaN),
  ]);
  return new Map(ends.filter(([, ms]) => !Number.isNaN(ms)));
}

function endsIn(lines: readonly EffectLine[], last: number): Map<string, number> {
  const ended = lines.filter(({ order }) => Number(order.at(-1)) === last);
  return new Map(ended.map(({ code, at }) => [code, Date.parse(at.at(-1) ?? '')]));
}
