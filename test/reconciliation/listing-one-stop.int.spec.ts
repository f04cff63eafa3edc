import { ListingOneStop } from '../../bench/reconcile/listing-one-stop';
import { PlantedDrift } from '../../bench/reconcile/planted-drift';

const PER_SECOND = 5;
const DRIFT = new PlantedDrift({ count: 2_000, seed: 3, startMs: 0, everyMs: 1_000, statuses: [10, 4, 1] });
const ALWAYS = { tuNgay: '01/01/1970 00:00:00', denNgay: '01/01/2000 00:00:00' };

describe('the one-stop of the bench reconcile', () => {
  let oneStop: ListingOneStop;
  let url: string;

  beforeEach(async () => {
    oneStop = new ListingOneStop(DRIFT, PER_SECOND);
    url = await oneStop.start();
  });
  afterEach(() => oneStop.stop());

  async function ask(body: object): Promise<{ status: number; tongSo: number; codes: string[] }> {
    const answer = await fetch(`${url}/api/motcua/traCuuHoSo`, { method: 'POST', body: JSON.stringify(body) });
    const { tongSo, duLieu = [] } = (await answer.json()) as { tongSo: number; duLieu?: { maHoSoMCDT: string }[] };
    return { status: answer.status, tongSo, codes: duLieu.map((row) => row.maHoSoMCDT) };
  }

  it('lists by pages of at most 200 rows, and looks up at most 50 codes', async () => {
    const first = await ask({ ...ALWAYS, trang: 1, soLuong: 200 });
    const second = await ask({ ...ALWAYS, trang: 2, soLuong: 200 });
    expect([first.codes.length, second.codes.length]).toEqual([200, 200]);
    expect(new Set([...first.codes, ...second.codes]).size).toBe(400);
    expect(first.tongSo).toBe(DRIFT.rowsChanged(0, Date.UTC(2000), 0, 0).total);
    expect((await ask({ ...ALWAYS, trang: 1, soLuong: 201 })).codes).toEqual([]);
    expect((await ask({ maHoSo: second.codes.slice(0, 50) })).codes).toEqual(second.codes.slice(0, 50));
    expect(oneStop.calls).toEqual({ pages: 2, lookUps: 1, refused: 0 });
  });

  it('refuses what comes faster than it allows', async () => {
    const answers = await Promise.all(Array.from({ length: PER_SECOND * 4 }, () => ask({ maHoSo: [] })));
    const refused = answers.filter(({ status }) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    expect(oneStop.calls).toEqual({ pages: 0, lookUps: answers.length - refused, refused });
  });
});
