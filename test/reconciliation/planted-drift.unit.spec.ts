import { PlantedDrift, templateOf, type OneStopRow } from '../../bench/reconcile/planted-drift';

const START_MS = Date.UTC(2026, 9, 1);
const HOUR_MS = 3_600_000;
const ORDER = { count: 10_000, seed: 7, startMs: START_MS, everyMs: 1_000, statuses: [10, 4, 1] };
const END_MS = START_MS + HOUR_MS + ORDER.count * ORDER.everyMs;

function allRows(drift: PlantedDrift, pageSize: number): OneStopRow[] {
  const rows: OneStopRow[] = [];
  for (;;) {
    const page = drift.rowsChanged(START_MS, END_MS, rows.length, pageSize);
    rows.push(...page.rows);
    if (page.rows.length === 0) return rows;
  }
}

function byDvcltCode(rows: readonly OneStopRow[]): Map<string, OneStopRow[]> {
  const grouped = new Map<string, OneStopRow[]>();
  for (const row of rows) grouped.set(row.dvclt, [...(grouped.get(row.dvclt) ?? []), row]);
  return grouped;
}

const numberOf = (code: string): number => Number(code.slice(-8));

describe('what the one-stop of the bench reconcile has', () => {
  const drift = new PlantedDrift(ORDER);
  const rows = allRows(drift, 200);

  it('differs in one of a thousand, each kind in turn, and nowhere else', () => {
    const byDvclt = byDvcltCode(rows);
    const found = Array.from({ length: ORDER.count }, (_, n) => {
      const code = `G22.99.08-261001-${String(n).padStart(8, '0')}`;
      const own = byDvclt.get(code) ?? [];
      byDvclt.delete(code);
      if (own.length === 0) return `missing-there ${code}`;
      if (own.length > 1) return `duplicate ${code}`;
      if (own[0].status === 99) return `unreadable ${code}`;
      return own[0].status === ORDER.statuses[templateOf(n)] ? null : `status-differs ${code}`;
    }).filter((one) => one !== null);
    const strangers = [...byDvclt.keys()].map((code) => `missing-here ${code}`);
    expect([...found, ...strangers].sort()).toEqual([...drift.expected].sort());
    expect(drift.expected.size).toBe(10);
  });

  it('is listed in order of change, the same whatever the size of a page, and only in the window', () => {
    expect(rows.map((row) => row.changedAtMs)).toEqual(rows.map((row) => row.changedAtMs).sort((a, b) => a - b));
    expect(allRows(drift, 37)).toEqual(rows);
    const from = START_MS + HOUR_MS + 100_000;
    const window = drift.rowsChanged(from, from + 49_999, 0, 1_000);
    const inside = rows.filter(({ changedAtMs }) => changedAtMs >= from && changedAtMs <= from + 49_999);
    expect(window).toEqual({ total: inside.length, rows: inside });
  });

  it('has a second row on another page, that a look-up by the DVCLT code shows beside the first', () => {
    const twice = [...byDvcltCode(rows)].filter(([, own]) => own.length > 1);
    expect(twice).toHaveLength(drift.countOf('twice'));
    for (const [code, own] of twice) {
      expect(Math.abs(rows.indexOf(own[0]) - rows.indexOf(own[1]))).toBeGreaterThan(200);
      expect(drift.rowsOf(code).map((row) => row.oneStop)).toEqual(own.map((row) => row.oneStop).sort());
      expect(drift.rowsOf(own[1].oneStop)).toHaveLength(1);
    }
  });

  it('is told by code as in the list', () => {
    for (const row of rows.filter((_, at) => at % 997 === 0))
      expect(drift.rowsOf(row.dvclt)).toEqual([
        { ...row, changedAtMs: START_MS + numberOf(row.dvclt) * 1_000 + HOUR_MS },
      ]);
    const [lost] = [...drift.expected].filter((one) => one.startsWith('missing-there')).map((one) => one.slice(14));
    expect(drift.rowsOf(lost)).toEqual([]);
  });
});
