import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTNER_IDS } from '#dossier';
import { shippedReplies } from '../testing/partner-config';
import { loadReplies } from './load-replies';

describe('reply tables', () => {
  const dir = mkdtempSync(join(tmpdir(), 'replies-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const load = (text: string): unknown => {
    writeFileSync(join(dir, 'x.yaml'), text);
    return loadReplies(dir, 'x.yaml');
  };
  const HEAD = 'partner: dvclt\nversion: 1\nvetoWords: [không]\nrules:\n';

  it.each(PARTNER_IDS.map((id) => [id]))('the shipped one of %s is valid and its own', (id) => {
    expect(shippedReplies(id).partner).toBe(id);
  });

  it('names every mistake with file and place', () => {
    expect(() => load(`${HEAD}  - { id: A B, operations: [], phrase: x, outcome: fine }\n`)).toThrow(
      /x\.yaml: rules\.0\.id [^\n]*\n[^\n]*rules\.0\.operations [^\n]*\n[^\n]*rules\.0\.phrase [^\n]*\n[^\n]*rules\.0\.outcome /,
    );
  });

  it('refuses two rules for the same phrase, however it is spelt', () => {
    const rules =
      '  - { id: a, operations: [x], phrase: Thành công, outcome: accepted }\n  - { id: b, operations: [x], phrase: thành  CÔNG, outcome: refused }\n';
    expect(() => load(HEAD + rules)).toThrow(/two rules for x \/ thành công/);
  });

  it('refuses an id used twice and a file that is no YAML', () => {
    const rules =
      '  - { id: a, operations: [x], phrase: mot, outcome: accepted }\n  - { id: a, operations: [x], phrase: hai, outcome: accepted }\n';
    expect(() => load(HEAD + rules)).toThrow(/rule id a is used twice/);
    expect(() => load('a: [')).toThrow(/x\.yaml: /);
    expect(() => loadReplies(dir, 'none.yaml')).toThrow(/none\.yaml: cannot be read \(ENOENT\)/);
  });
});
