import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventSchemas } from '#dossier';
import { holdEventSchemas } from '#delivery';
import { planEventSchemas } from '#replay';
import { feedOnlySchemas } from '#intake';
import { migrate, settingsReference } from '#platform';
import { labelsReference, loadLabels } from '#privacy';
import { openApiDocument } from '../../gateway/openapi';
import { freePort } from '../stack/free-port';
import { startPostgres } from '../stack/postgres-server';
import { asyncApiDocument } from './asyncapi';
import { entryKindsPage } from './entry-kinds-page';
import { quirksPage } from './quirks/quirks-page';
import { schemaDump } from './schema-dump';
import { violationsPage } from './violations-page';

export interface Artefact {
  /** Relative to the project's root. */
  path: string;
  content: string;
}

const EVENT_SCHEMAS = 'docs/reference/events';

/** Folders that hold generated files and nothing else. */
export const GENERATED_FOLDERS: readonly string[] = [EVENT_SCHEMAS];

/** Everything that is generated from code and committed (STYLE "Artefacts checked in CI").
 *  @param version of the product, as in package.json
 *  @param root folder of the project: its tests name the quirks that they show, its `config/` is what describes the routes
 *  @throws Error with one line for each thing that must be put right by hand (quirks without a test) */
export async function allArtefacts(version: string, root: string): Promise<Artefact[]> {
  return [
    { path: 'docs/reference/asyncapi.yaml', content: asyncApiDocument(version) },
    ...Object.entries({ ...eventSchemas(), ...feedOnlySchemas(), ...holdEventSchemas(), ...planEventSchemas() }).map(
      ([type, schema]) => ({
        path: `${EVENT_SCHEMAS}/${type}.schema.json`,
        content: json(schema),
      }),
    ),
    { path: 'docs/reference/openapi.json', content: json(await openApiDocument(join(root, 'config'))) },
    { path: 'docs/reference/quirks.md', content: quirksPage(root) },
    { path: 'docs/reference/configuration.md', content: settingsReference() },
    { path: 'docs/reference/personal-data.md', content: labelsReference(loadLabels(join(root, 'config'))) },
    { path: 'docs/reference/entry-kinds.md', content: entryKindsPage() },
    { path: 'docs/reference/violations.md', content: violationsPage() },
    { path: 'docs/reference/schema.sql', content: await migratedSchema() },
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Migrates an empty database of a PostgreSQL of its own and describes the result. */
async function migratedSchema(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'lienthong-schema-'));
  // Root's PostgreSQL runs as another user, who has to pass through.
  chmodSync(dir, 0o711);
  const server = await startPostgres({
    clusterDir: join(dir, 'postgres'),
    port: await freePort(),
    ownerPassword: 'disposable',
    logFile: join(dir, 'postgres.log'),
    isDisposable: true,
  });
  try {
    await migrate(server.ownerUrl('postgres'));
    return await schemaDump(server.ownerUrl('postgres'));
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
