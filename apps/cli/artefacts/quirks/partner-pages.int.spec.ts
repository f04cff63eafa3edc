import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUIRK_FACTS, type ConnectedSystem } from './quirk-facts';

const PAGES: readonly (readonly [page: string, system: ConnectedSystem])[] = [
  ['dvclt', 'DVCLT'],
  ['hotich', 'hộ tịch'],
  ['dvcqg', 'portal'],
  ['onestop', 'one-stop'],
];

describe('the pages of the partners', () => {
  it.each(PAGES)('docs/reference/partners/%s.md names the quirks of its system and no others', (page, system) => {
    const text = readFileSync(join(__dirname, '../../../../docs/reference/partners', `${page}.md`), 'utf8');
    const named = text.slice(text.indexOf('## Its oddities')).match(/\bQ\d\d\b/g);
    expect(named).toEqual(QUIRK_FACTS.filter((fact) => fact.systems.includes(system)).map((fact) => fact.id));
  });
});
