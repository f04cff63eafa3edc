import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folderSource } from '../../verifier/adapters/folder-source';
import type { BundleFolder } from '../ports';

/** A bundle's folder on disk; made when it is not there. */
export function bundleFolder(dir: string): BundleFolder {
  mkdirSync(dir, { recursive: true });
  return {
    ...folderSource(dir),
    write: (path, bytes) => {
      const whole = join(dir, path);
      const draft = `${whole}.part`;
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(draft, bytes);
      renameSync(draft, whole);
    },
    remove: (path) => rmSync(join(dir, path), { force: true }),
  };
}
