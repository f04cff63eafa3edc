import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PAGE = 'docs/explanation/security.md';

/** Rows of the page's tables, without heads and rules. */
function rowsOf(page: string): string[] {
  return page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
}

describe('the page about security', () => {
  const page = readFileSync(join(ROOT, PAGE), 'utf8');

  it('names tests that are there', () => {
    const named = [...page.matchAll(/`([\w./-]+\.(?:spec\.ts|txt))`/g)].map(([, path]) => path);
    expect(named.length).toBeGreaterThan(25);
    expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names a test for each attack', () => {
    const attacks = page.slice(page.indexOf('## What stands'), page.indexOf('## Level 3'));
    const bare = rowsOf(attacks).filter((row) => !/^\| attack +\|/.test(row) && !/\.spec\.ts`/.test(row));
    expect(bare).toEqual([]);
  });

  it('leads to pages that are there', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, 'docs/explanation', path)))).toEqual([]);
  });
});
