import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A test whose name says which quirks it shows: `it('renews once [Q03 Q04]', …)`. */
export interface TaggedTest {
  /** Relative to the project's root, with forward slashes. */
  file: string;
  /** The name without its tag. */
  name: string;
  quirks: readonly string[];
}

/** Where tests are. */
const FOLDERS = ['apps', 'libs', 'test'];
/** Specs, contract suites, and the tables that whole-system tests are made from. */
const TEST_FILE = /(\.(spec|contract)\.ts|^test\/.*\.ts)$/;

/** A name is the first argument of it, test or describe, or of what their `.each(…)` gave; or a row of a table gives it, as its first value or
 *  as `name` or `what`. It stands in one literal. */
const NAME =
  /(?:(?:\b(?:it|test|describe)|\))\(|\[|\b(?:name|what):)\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;
const TAG = /^(.*\S)\s*\[(Q\d\d(?: Q\d\d)*)\]$/s;
/** What looks like a tag and is none: another form, another place than the end. */
const LIKE_A_TAG = /[[(]\s*Q\d+/;

/** Tags in one file's text.
 *  @throws Error naming file and name when something only looks like a tag */
export function tagsOf(file: string, text: string): TaggedTest[] {
  return [...text.matchAll(NAME)].flatMap(([, single, double, template]) => {
    const name = (single ?? double ?? template ?? '').replace(/\\(['"`\\])/g, '$1');
    const [, bare, ids] = TAG.exec(name) ?? [];
    if (LIKE_A_TAG.test(bare ?? name))
      throw new Error(`${file}: "${name}" has a tag that is not read; write it as [Q01 Q02] at the end of the name`);
    return bare === undefined || ids === undefined ? [] : [{ file, name: bare, quirks: ids.split(' ') }];
  });
}

/** All tagged tests of the project, by file and in the order of the file. */
export function scanTags(root: string): TaggedTest[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name.replaceAll('\\', '/')}`,
    ),
  );
  return files
    .filter((file) => TEST_FILE.test(file) && !file.includes('node_modules/'))
    .sort()
    .flatMap((file) => tagsOf(file, readFileSync(join(root, file), 'utf8')));
}
