import type { Report } from '../findings';
import { printable, printableJson } from './printable';
import { reportText } from './report-text';
import { ENGLISH } from './texts-en';
import { VIETNAMESE } from './texts-vi';

const REPORT: Report = {
  evidence: 'log-bundle',
  origin: 'gateway.example/synclog',
  size: 700,
  vouched: 0,
  proven: [{ code: 'some-entries', count: 540, size: 700 }],
  wrong: [
    { code: 'entry-changed', leaf: 100, lastLeaf: 255 },
    { code: 'entry-malformed', leaf: 300, reason: 'not-canonical' },
    { code: 'tile-changed', file: 'tile/1/000.p/2' },
  ],
  wrongCount: 120,
  open: ['truth'],
};

describe('the report', () => {
  it('says in both languages what is proven, what is wrong and where, and what is not proven', () => {
    expect(reportText(REPORT, 'en').split('\n')).toEqual([
      'Check of a log bundle',
      'Log gateway.example/synclog, 700 entries in its checkpoint',
      '',
      'PROVEN',
      '  540 of 700 entries are as they were sealed.',
      '',
      'WRONG',
      '  entry-changed  entries 100 to 255: Not as it was sealed: changed, moved or exchanged.',
      '  entry-malformed  entry 300: Not as the product writes entries: not in canonical form (RFC 8785).',
      '  tile-changed  tile/1/000.p/2: A tile of the tree was changed.',
      '  … and 117 more',
      '',
      'NOT PROVEN by this',
      '  that what an entry says is true: it says what the product did and was told',
      '',
      'NOT everything holds: 120 findings.',
    ]);
    const vietnamese = reportText(REPORT, 'vi');
    expect(vietnamese).toContain('540 trong số 700 mục còn nguyên như khi được niêm phong.');
    expect(vietnamese).toContain('entry-changed  các mục từ 100 đến 255:');
  });

  it('names the same values in both languages, and is written in composed letters', () => {
    const valuesOf = (texts: object): Record<string, string[]> =>
      Object.fromEntries(
        Object.entries(texts).map(([name, text]: [string, unknown]) => [
          name,
          [...JSON.stringify(text).matchAll(/\{\w+\}/g)].map(([value]) => value).sort(),
        ]),
      );
    for (const part of ['claims', 'findings', 'opens'] as const)
      expect(valuesOf(VIETNAMESE[part])).toEqual(valuesOf(ENGLISH[part]));
    expect(valuesOf(VIETNAMESE)).toEqual(valuesOf(ENGLISH));
    expect(Object.keys(VIETNAMESE.reasons)).toEqual(Object.keys(ENGLISH.reasons));
    const all = JSON.stringify(VIETNAMESE);
    expect(all).toBe(all.normalize('NFC'));
  });

  it('says that the key is only the evidence’s own word, above what is proven and at its end', () => {
    const text = reportText({ ...REPORT, wrong: [], wrongCount: 0, open: ['key-own-word'] }, 'en');
    expect(text).toContain('PROVEN, if the key is the log’s');
    expect(text).not.toContain(ENGLISH.allProven);
    expect(text.split('\n').at(-1)).toBe(ENGLISH.allFits);
  });

  it('names the entries that no older checkpoint covers', () => {
    expect(reportText({ ...REPORT, vouched: 512, open: ['rewritten-after'] }, 'en')).toContain('entries from 512 on');
  });

  it('names some findings of each code, however many there are of one', () => {
    const junk = Array.from(
      { length: 100 },
      (_, leaf) => ({ code: 'entry-malformed', leaf, reason: 'no-json' }) as const,
    );
    const text = reportText({ ...REPORT, wrong: [...junk, { code: 'root-wrong' }], wrongCount: 9_101 }, 'en');
    expect(text).toContain('root-wrong  The entries');
    expect(text).toContain('… and 9075 more');
  });

  it('hands no control character of the evidence to the terminal', () => {
    const text = reportText({ ...REPORT, origin: 'log\u001b[2J\u202e', wrong: [] }, 'en');
    expect(text).toContain('log\ufffd[2J\ufffd');
  });

  it('hides nothing in a text or in JSON', () => {
    for (const hidden of ['\u200b', '\u200f', '\u061c', '\u2028', '\u2029', '\ufeff', '\u202e', '\u0085']) {
      expect(printable(`a${hidden}b`)).toBe('a\ufffdb');
      const json = printableJson({ origin: `a${hidden}b` });
      expect(json).not.toContain(hidden);
      expect(JSON.parse(json)).toEqual({ origin: `a${hidden}b` });
    }
  });
});
