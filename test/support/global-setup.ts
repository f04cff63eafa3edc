import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLineOf } from '../../apps/cli/stack/process-identity';
import { endServices } from './end-services';

const PREFIX = 'lienthong-test-';

/** Makes the folder of this run's services and clears away what a killed run left. Nothing is started before a test asks for it. */
export default async function globalSetup(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(PREFIX))) {
    const owner = Number(name.slice(PREFIX.length).split('-')[0]);
    if (commandLineOf(owner) === undefined) await endServices(join(tmpdir(), name));
  }
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // PostgreSQL runs as another user when we are root and must pass through; its own folder inside is 0700.
  if (process.getuid?.() === 0) chmodSync(dir, 0o711);
  process.env.LIENTHONG_TEST_SERVICES = dir;
}
