import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folderSource } from '../../verifier/adapters/folder-source';
import type { BundleFolder } from '../ports';

/** Where files are written before they take their place: beside the log, so that a draft that a killed run left is none of its files. */
const DRAFTS = '.lienthong-draft';

/** A bundle's folder on disk; made when it is not there. What a run before left unfinished is gone then. */
export function bundleFolder(dir: string): BundleFolder {
  const drafts = join(dir, DRAFTS);
  mkdirSync(dir, { recursive: true });
  rmSync(drafts, { recursive: true, force: true });
  return {
    ...folderSource(dir),
    write: (path, bytes) => {
      const whole = join(dir, path);
      const draft = join(drafts, 'file');
      mkdirSync(drafts, { recursive: true });
      mkdirSync(dirname(whole), { recursive: true });
      // On disk before it has its name: that must not come to stand for a file whose bytes were lost.
      writeFileSync(draft, bytes, { flush: true });
      renameSync(draft, whole);
    },
    remove: (path) => rmSync(join(dir, path), { force: true }),
  };
}
