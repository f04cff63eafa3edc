import { leafHash } from '../../domain/entry';
import { csvCell, csvHead, csvLine, jsonLine } from './export-lines';
import { readLogged } from './logged-entry';

const BYTES = Buffer.from(
  '{"actor":{"id":"courier","type":"system"},"at":"2026-03-02T09:00:00.000+07:00","codes":["G22.1","H99.1"],"contentDigest":"+8v=","detail":{"attempt":1,"refs":["a","b"]},' +
    '"id":"019b0000-0000-7000-8000-000000000001","kind":"attempt.settled","rule":{"id":"dvclt.done","version":3},"v":1}',
);

describe('lines of an export', () => {
  it('hold the exact bytes of the leaf as JSON', () => {
    const line = jsonLine({ index: 7, bytes: BYTES, entry: readLogged(BYTES) });
    expect(line.endsWith('\n')).toBe(true);
    const { index, entry } = JSON.parse(line) as { index: number; entry: string };
    expect(index).toBe(7);
    expect(leafHash(Buffer.from(entry, 'utf8'))).toEqual(leafHash(BYTES));
  });

  it('are a CSV whose every line has a cell for each column of the head', () => {
    expect(csvHead().startsWith('\u{feff}index,id,at,kind,actor,')).toBe(true);
    expect(csvLine({ index: 7, bytes: BYTES, entry: readLogged(BYTES) })).toBe(
      "7,019b0000-0000-7000-8000-000000000001,2026-03-02T09:00:00.000+07:00,attempt.settled,courier,system,,G22.1 H99.1,,,,,,,dvclt.done 3,'+8v=," +
        '"{""attempt"":1,""refs"":[""a"",""b""]}"\r\n',
    );
    const unreadable = csvLine({ index: 8, bytes: Buffer.from('x'), entry: readLogged(Buffer.from('x')) });
    expect(unreadable.split(',')).toHaveLength(csvHead().split(',').length);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+84', "'+84"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a,b', '"a,b"'],
    ['a\nb', '"a\nb"'],
    ['say "a"', '"say ""a"""'],
    ['plain = text', 'plain = text'],
    ['', ''],
  ])('write the cell %j as %j', (text, cell) => expect(csvCell(text)).toBe(cell));
});
