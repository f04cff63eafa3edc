import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventSchemas } from '#dossier';
import { migrate, settingsReference } from '#platform';
import { openApiDocument } from '../../gateway/openapi';
import { freePort } from '../stack/free-port';
import { startPostgres } from '../stack/postgres-server';
import { asyncApiDocument } from './asyncapi';
import { schemaDump } from './schema-dump';

export interface Artefact {
  /** Relative to the project's root. */
  path: string;
  content: string;
}

const VERSION = '0.1.0';

/** Everything that is generated from code and committed (STYLE "Artefacts checked in CI"). */
export async function allArtefacts(): Promise<Artefact[]> {
  return [
    { path: 'docs/reference/asyncapi.yaml', content: asyncApiDocument(VERSION) },
    ...Object.entries(eventSchemas()).map(([type, schema]) => ({ path: `docs/reference/events/${type}.schema.json`, content: json(schema) })),
    { path: 'docs/reference/openapi.json', content: json(await openApiDocument()) },
    { path: 'docs/reference/configuration.md', content: settingsReference() },
    { path: 'docs/reference/schema.sql', content: await migratedSchema() },
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Migrates an empty database of a PostgreSQL of its own and describes the result. */
async function migratedSchema(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'lienthong-schema-'));
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
