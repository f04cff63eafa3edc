import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that goes with the run's services, so that no spec has to remember it. @param prefix of its name */
export function temporaryDir(prefix: string): string {
  return mkdtempSync(join(process.env.LIENTHONG_TEST_SERVICES ?? tmpdir(), prefix));
}
