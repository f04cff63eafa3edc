import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The checker of logs that the makers of Certificate Transparency maintain. */
const FSCK = 'github.com/transparency-dev/tessera/cmd/fsck@v1.0.4';

/** Go compiles it; its module comes from Go's registry. */
export const hasGo = spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;

/** Checks a live log, or a folder that holds one (`file://…`).
 *  @returns what it said, also when something does not fit: it ends like a good run then, so look for "Successfully fsck'd"
 *  @throws the process's error when it did not run */
export async function tesseraFsck(log: { url: string; key: Buffer; token?: string }): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'lienthong-fsck-'));
  const keyFile = join(dir, 'vkey');
  writeFileSync(keyFile, log.key);
  const token = log.token === undefined ? [] : ['--bearer_token', log.token];
  const target = ['--storage_url', `${log.url}/`, '--public_key', keyFile, ...token, '--ui=false'];
  try {
    const { stderr } = await promisify(execFile)('go', ['run', FSCK, ...target], { cwd: dir });
    return stderr;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
