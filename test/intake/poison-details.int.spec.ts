import { PollDossierSource, type DecodeResult, type ListedItem } from '#intake';
import { decodeDetail } from '../../libs/partners/dvclt/decode/decode-detail';
import { listedRow } from '../../libs/partners/dvclt/listed-row';
import { heavyDetails, heavyMessage } from '../../libs/partners/testing/mutated-detail';
import { sampleDetail } from '../../libs/partners/testing/sample-detail';
import { FakeDossierSource } from './fake-dossier-source';
import { intakeWorld, type IntakeWorld } from './intake-world';

const MAX_FILES = 200;
const HEAVY_CHARACTERS = 200_000;
const NUL = '\u0000';
const LONG = 'x'.repeat(200_000);

const code = (serial: number): string => `G22.99.08-260401-${String(serial).padStart(6, '0')}`;

/** Details in bytes, decoded as DVCLT's are. */
class DetailsInBytes extends FakeDossierSource {
  readonly details = new Map<string, Buffer>();

  put(serial: number, detail: Buffer): void {
    this.rows.push({ code: code(serial), listId: String(serial) });
    this.details.set(code(serial), detail);
  }

  override async fetch(item: ListedItem): Promise<Buffer> {
    return this.details.get(item.code) as Buffer;
  }

  override decode(raw: Buffer): DecodeResult {
    return decodeDetail(raw, MAX_FILES);
  }
}

/** A whole detail of this code; `head` stands in both layers. */
const detail = (serial: number, head: Readonly<Record<string, unknown>> = {}, files?: unknown): Buffer =>
  sampleDetail({
    outer: { maHoSo: code(serial), ...head },
    inner: { maHoSo: code(serial), ...head },
    ...(files === undefined ? {} : { files }),
  });

const file = (members: Readonly<Record<string, unknown>>): unknown[] => [
  { id: 1, tenGiayTo: 'Giấy mẫu', tenTepDinhKem: 'mau.pdf', huyGiayTo: 0, duLieuTepDinhKem: 'JVBERi0=', ...members },
];

const HEADS: readonly (readonly [name: string, make: (serial: number) => Buffer])[] = [
  ...['maDonVi', 'maTTHC', 'module', 'ngayTiepNhan', 'techId'].flatMap(
    (field): [string, (serial: number) => Buffer][] => [
      [`a NUL in ${field}`, (serial) => detail(serial, { [field]: `1${NUL}` })],
      [`a long ${field}`, (serial) => detail(serial, { [field]: LONG })],
      [`${field} is an object with names that objects have`, (serial) => detail(serial, { [field]: { toString: 1 } })],
    ],
  ),
  ['a NUL in a file’s id', (serial) => detail(serial, {}, file({ id: `1${NUL}` }))],
  ['a NUL in a file’s name', (serial) => detail(serial, {}, file({ tenTepDinhKem: `1${NUL}.pdf` }))],
  ['a NUL in a file’s title', (serial) => detail(serial, {}, file({ tenGiayTo: `1${NUL}` }))],
  ['a long id of a file', (serial) => detail(serial, {}, file({ id: LONG }))],
  ['a paper number above all numbers', (serial) => detail(serial, {}, file({ loaiGiayTo: '9'.repeat(400) }))],
  [
    'more files than any dossier',
    (serial) =>
      detail(
        serial,
        {},
        Array.from({ length: 3_000 }, () => file({})[0]),
      ),
  ],
];

const HEAVY = heavyDetails(HEAVY_CHARACTERS).map(([name, heavy]): readonly [string, (serial: number) => Buffer] => [
  name,
  () => heavyMessage(heavy),
]);

describe('a detail that is poison', () => {
  let world: IntakeWorld;
  beforeAll(async () => {
    world = await intakeWorld();
  });
  afterAll(() => world.end());

  it('ends in quarantine or as a dossier, each by itself; the others of its batch are taken', async () => {
    const source = new DetailsInBytes(world.clock);
    const poison = [...HEADS, ...HEAVY];
    poison.forEach(([, make], at) => source.put(2 * at, make(2 * at)));
    poison.forEach((_poison, at) => source.put(2 * at + 1, detail(2 * at + 1)));
    const poller = new PollDossierSource(source, world.deps, { workerId: 'w1', everyMs: 0 });
    const summary = await poller.pollOnce(new AbortController().signal);
    expect(summary).toMatchObject({ listed: 2 * poison.length, failed: 0 });
    const [good, bad] = [await dossiersAmong(1), await endsOf(poison.length)];
    expect(good).toBe(poison.length);
    const unexplained = poison.map(([name], at) => ({ name, end: bad[at] })).filter(({ end }) => !isAnEnd(end));
    expect(unexplained).toEqual([]);
  }, 120_000);

  it('as a row of the list is marked, and hides no other', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    const own = JSON.parse('{"id":"1","maHoSo":"G22.99.08-260401-000001","__proto__":{"id":2}}') as unknown;
    const rows = [{ id: '1', maHoSo: deep }, { id: deep, maHoSo: 'x' }, { id: LONG, maHoSo: LONG }, [deep], own];
    expect(rows.map(listedRow).map((row) => ('item' in row ? row.item.code : 'unreadable'))).toEqual([
      'unreadable',
      'unreadable',
      'unreadable',
      'unreadable',
      'G22.99.08-260401-000001',
    ]);
  });

  /** How many of the codes of one kind (even or odd) are dossiers. */
  async function dossiersAmong(odd: number): Promise<number> {
    const rows = await world.test.db.query<{ code: string }>(`select code from dossier_code`);
    return rows.filter((row) => Number(row.code.slice(-6)) % 2 === odd).length;
  }

  /** `dossier`, or stage and reason of the quarantined item, by number of the poison. */
  async function endsOf(count: number): Promise<(string | undefined)[]> {
    const kept = await world.test.db.query<{ code: string }>(`select code from dossier_code`);
    const open = await world.test.db.query<{ code: string; stage: string; reason: string }>(
      `select codes->>'dvclt' as code, stage, reason_code || ' ' || reason as reason from quarantine where state = 'open'`,
    );
    return Array.from({ length: count }, (_item, at) => {
      const item = open.find((one) => one.code === code(2 * at));
      return item ? `${item.stage}: ${item.reason}` : kept.find((one) => one.code === code(2 * at)) && 'dossier';
    });
  }

  const isAnEnd = (end: string | undefined): boolean =>
    end !== undefined && !/could not be decoded|unexpected/.test(end);
});
