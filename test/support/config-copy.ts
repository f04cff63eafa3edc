import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A configuration folder of a test's own. */
export interface ConfigCopy {
  dir: string;
  remove(): void;
}

/** Copies `config/` and changes it.
 *  @param changes by file below `config/`: text that stands there exactly once, and what takes its place
 *  @throws Error when a text is not there, so that a changed file cannot silently leave a test without its change */
export function copyConfig(changes: Readonly<Record<string, Readonly<Record<string, string>>>>): ConfigCopy {
  const dir = mkdtempSync(join(tmpdir(), 'lienthong-config-'));
  cpSync(join(__dirname, '../../config'), dir, { recursive: true });
  for (const [file, replacements] of Object.entries(changes)) {
    let text = readFileSync(join(dir, file), 'utf8');
    for (const [from, to] of Object.entries(replacements)) {
      if (text.split(from).length !== 2) throw new Error(`${file} does not say "${from}" once`);
      text = text.replace(from, to);
    }
    writeFileSync(join(dir, file), text);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
