import { createHash } from 'node:crypto';
import type { SimCase } from './cases/sim-case';
import { fieldsOf, type Fields } from './server/fields';
import { reception, registryPush } from './testing/messages';
import { Stage } from './testing/stage';

const MEBIBYTE = 1024 * 1024;
let stage: Stage;

jest.setTimeout(120_000);

beforeEach(async () => {
  stage = await Stage.open({}, { scenario: 'large-files' });
});

afterEach(() => stage.close());

interface PaperLine {
  readonly system: string;
  readonly direction: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

async function papers(): Promise<PaperLine[]> {
  const answer = await stage.province.ask('GET', `/_sim/cases/${stage.simCase.code}/files`);
  return answer.json as PaperLine[];
}

/** The files of the detail, as a caller of the list would take them. */
async function takenFiles(): Promise<Fields[]> {
  const { inner } = await stage.detail();
  return (inner['fileDinhKem'] as unknown[]).map(fieldsOf);
}

const digestOf = (base64: unknown) =>
  createHash('sha256')
    .update(Buffer.from(String(base64), 'base64'))
    .digest('hex');
const valid = (files: readonly Fields[]) => files.filter((file) => file['huyGiayTo'] === 0);

describe('ten files of 5 MB', () => {
  it('are listed whole and differ from each other [Q20]', async () => {
    const files = await takenFiles();
    const sent = await papers();
    expect(files.map((file) => digestOf(file['duLieuTepDinhKem']))).toEqual(sent.map((line) => line.sha256));
    expect(sent.map((line) => line.bytes)).toEqual(Array(10).fill(5 * MEBIBYTE));
    expect(new Set(sent.map((line) => line.sha256)).size).toBe(10);
  });

  it('are witnessed as the same bytes where they arrive [Q20]', async () => {
    const fileDinhKem = valid(await takenFiles()).slice(0, 2);
    const received = await stage.province.receive(reception(stage.simCase, { fileDinhKem }));
    const oneStopCode = String(fieldsOf(received.json)['maHoSoMCDT']);
    const push = { ...registryPush(stage.simCase, oneStopCode), fileDinhKem };
    expect(fieldsOf((await stage.province.hotich('nhanHoSoDKHT', push)).json)['status']).toBe('1');
    const lines = await papers();
    const names = fileDinhKem.map((file) => file['tenTepDinhKem']);
    const digests = (system: string, direction: string) =>
      lines
        .filter((line) => line.system === system && line.direction === direction && names.includes(line.name))
        .map((line) => line.sha256);
    expect(digests('dvclt', 'sent').length).toBe(2);
    expect(digests('onestop', 'received')).toEqual(digests('dvclt', 'sent'));
    expect(digests('hotich', 'received')).toEqual(digests('dvclt', 'sent'));
  });

  it('are judged like small ones: no base64, no file', async () => {
    const files = valid(await takenFiles());
    const spoilt = [
      { ...files[0], duLieuTepDinhKem: `${String(files[0]?.['duLieuTepDinhKem'])}A` },
      { ...files[0], duLieuTepDinhKem: `${'A'.repeat(400_000)}==${'A'.repeat(400_000)}` },
    ];
    for (const file of spoilt) {
      const answer = await stage.province.receive(reception(stage.simCase, { fileDinhKem: [file] }));
      expect(fieldsOf(answer.json)['statusDescription']).toBe('duLieuTepDinhKem sai định dạng');
    }
  });

  it('make a repeat where they are the same, and another content where one byte differs', async () => {
    const [file] = valid(await takenFiles());
    const push = (base64: string) => {
      const fileDinhKem = [{ ...file, duLieuTepDinhKem: base64 }];
      return stage.province.receive(reception(stage.simCase, { fileDinhKem }));
    };
    const base64 = String(file?.['duLieuTepDinhKem']);
    const oneStopCode = String(fieldsOf((await push(base64)).json)['maHoSoMCDT']);
    const decision = { body: { decision: 'request-supplement' } };
    await stage.province.ask('POST', `/_sim/cases/${oneStopCode}/decisions`, decision);
    await push(base64);
    expect(stage.effects('onestop', 'supplement')).toBe(0);
    await push(`${base64.slice(0, 1_000_000)}${base64[1_000_000] === 'A' ? 'B' : 'A'}${base64.slice(1_000_001)}`);
    expect(stage.effects('onestop', 'supplement')).toBe(1);
  });

  it('stand in memory once, however many cases hold them', async () => {
    const order = { kind: 'birth', count: 200, scenario: 'large-files', seed: 1 } as const;
    const before = process.memoryUsage().rss;
    const cases: readonly SimCase[] = stage.simulators.order(order);
    expect(cases.reduce((sum, one) => sum + one.attachments.length, 0)).toBe(2_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MEBIBYTE);
  });
});
