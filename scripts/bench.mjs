// npm run bench -- NAME: prepares the clone (any Node from 20 on), then measures under Node 24. See docs/reference/performance.md.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, nodeBinary, prepare } from './prepare.mjs';
import { exitCodeOf } from './terminal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function main() {
  await prepare(root);
  const bench = spawn(
    nodeBinary(root),
    ['--disable-warning=TimeoutNegativeWarning', join(root, 'dist', 'bench', 'main.js'), ...process.argv.slice(2)],
    { cwd: root, env: environment(root), stdio: 'inherit' },
  );
  // A terminal signals both of us; what a supervisor sends only to us is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => bench.kill('SIGTERM'));
  return exitCodeOf(bench);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
