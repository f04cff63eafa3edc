import type { Report } from '../findings';
import { reportText } from './report-text';
import { ENGLISH } from './texts-en';
import { VIETNAMESE } from './texts-vi';

const REPORT: Report = {
  evidence: 'log-bundle',
  origin: 'gateway.example/synclog',
  size: 700,
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
      '  entry-malformed  entry 300: Sealed, but not as the product writes entries: not in canonical form (RFC 8785).',
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

  it('hands no control character of the evidence to the terminal', () => {
    const text = reportText({ ...REPORT, origin: 'log\u001b[2J\u202e', wrong: [] }, 'en');
    expect(text).toContain('log\ufffd[2J\ufffd');
  });
});
