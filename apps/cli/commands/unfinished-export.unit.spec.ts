import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnfinishedExport, type ExportFormat } from './unfinished-export';

describe('an export that broke off', () => {
  let dir: string;
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'lienthong-export-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const left = (text: string): string => {
    const path = join(dir, 'part');
    writeFileSync(path, text);
    return path;
  };

  it.each<[ExportFormat, string, number | undefined, string]>([
    ['jsonl', '', undefined, ''],
    [
      'jsonl',
      '{"index":3,"entry":"{}"}\n{"index":7,"entry":"{}"}\n',
      8,
      '{"index":3,"entry":"{}"}\n{"index":7,"entry":"{}"}\n',
    ],
    ['jsonl', '{"index":3,"entry":"{}"}\n{"index":7,"ent', 4, '{"index":3,"entry":"{}"}\n'],
    ['jsonl', '{"index":3,"ent', undefined, ''],
    ['csv', '\u{feff}index,id\r\n', undefined, ''],
    ['csv', '\u{feff}index,id\r\n12,a\r\n13,b', 13, '\u{feff}index,id\r\n12,a\r\n'],
  ])('goes on with a %s of %j at %s', (format, text, next, kept) => {
    const path = left(text);
    expect(UnfinishedExport.open(path, format).next).toBe(next);
    expect(readFileSync(path, 'utf8')).toBe(kept);
  });

  it('finds its place behind a line that is longer than what is read at once of others', () => {
    const lines = Array.from({ length: 9 }, (_, index) => `${JSON.stringify({ index, entry: 'x'.repeat(40_000) })}\n`);
    const path = left(`${lines.join('')}{"index":9,`);
    expect(UnfinishedExport.open(path, 'jsonl').next).toBe(9);
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  });

  it('writes the rest behind it, and keeps what came when the answer ends too early', async () => {
    const path = left('{"index":0,"entry":"{}"}\n{"ind');
    const rest = '{"index":1,"entry":"{}"}\n{"index":5,"entry":"{}"}\n';
    const file = UnfinishedExport.open(path, 'jsonl');
    const told: number[] = [];
    await file.take(new Response(rest), (next) => told.push(next));
    expect([told.at(-1), readFileSync(path, 'utf8')]).toEqual([6, `{"index":0,"entry":"{}"}\n${rest}`]);
    const cut = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('{"index":9,"entry":"{}"}\n{"in'));
      },
      pull(controller) {
        controller.error(new Error('terminated'));
      },
    });
    await expect(UnfinishedExport.open(path, 'jsonl').take(new Response(cut), () => undefined)).rejects.toMatchObject({
      exitCode: 3,
    });
    expect(UnfinishedExport.open(path, 'jsonl').next).toBe(10);
  });
});
