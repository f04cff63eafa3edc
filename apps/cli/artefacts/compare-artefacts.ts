import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artefact } from './all-artefacts';

/** What is wrong with the committed artefacts, as paths relative to the root. */
export interface ArtefactDifferences {
  /** Missing, or other bytes than what the code says now. */
  stale: readonly Artefact[];
  /** In a folder that holds nothing but generated files, and no longer generated. */
  left: readonly string[];
}

/** @param generatedFolders folders below `root` that hold generated files only */
export function compareArtefacts(
  root: string,
  artefacts: readonly Artefact[],
  generatedFolders: readonly string[],
): ArtefactDifferences {
  const paths = new Set(artefacts.map(({ path }) => path));
  const present = generatedFolders.flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : [],
  );
  return {
    stale: artefacts.filter(({ path, content }) => textOf(join(root, path)) !== content),
    left: present.filter((path) => !paths.has(path)),
  };
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
