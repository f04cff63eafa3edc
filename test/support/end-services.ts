import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess } from '../../apps/cli/stack/process-identity';
import type { SharedService } from './shared-service';

/** Ends every service noted in the folder and removes it. Their data is disposable, so nothing is shut down with care. */
export async function endServices(dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json'))) {
    const service = JSON.parse(readFileSync(join(dir, file), 'utf8')) as SharedService;
    await endProcess(service.pid, service.markers, 'SIGQUIT', 1_500);
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
