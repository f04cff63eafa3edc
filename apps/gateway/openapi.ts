import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey } from '#access';
import { gatewaySettings, silentLog } from '#platform';
import { ensureLogKey, ensureSigningKey } from '#synclog';
import { createHttpApp } from './http-app';
import type { OpenApiHolder } from './controllers/openapi.controller';
import { closeParts, openParts } from './parts';
import { OPENAPI } from './tokens';

/** `docs/reference/openapi.json`, read off the routes of a gateway that has keys of its own for the moment and never connects. */
export async function openApiDocument(configDir = 'config'): Promise<object> {
  const keyDir = mkdtempSync(join(tmpdir(), 'lienthong-openapi-'));
  try {
    ensureMasterKey(keyDir);
    ensureSigningKey(keyDir);
    ensureLogKey(keyDir, 'http://127.0.0.1');
    const env = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
      KEY_DIR: keyDir,
      CONFIG_DIR: configDir,
      PUBLIC_URL: 'http://127.0.0.1:3000',
      BUS: 'postgres',
    };
    const parts = openParts(gatewaySettings(env), silentLog);
    const { app } = await createHttpApp(parts);
    const { document } = app.get<OpenApiHolder>(OPENAPI);
    await app.close();
    await closeParts(parts);
    return document ?? {};
  } finally {
    rmSync(keyDir, { recursive: true, force: true });
  }
}
