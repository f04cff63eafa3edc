// npm start: prepares the clone (any Node from 20 on, no packages needed), then goes on under Node 24 with the local stack.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, nodeBinary, prepare } from './prepare.mjs';
import { exitCodeOf } from './terminal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The data folder as an absolute path: npm runs us in the clone, the user typed it elsewhere;
 *  and a later start knows this process by it. */
function withAbsoluteData(args) {
  const typedIn = process.env.INIT_CWD ?? process.cwd();
  const at = args.findIndex((arg) => arg === '--data' || arg.startsWith('--data='));
  if (at === -1) return ['--data', join(root, '.lienthong'), ...args];
  const isJoined = args[at] !== '--data';
  const given = isJoined ? args[at].slice('--data='.length) : args[at + 1];
  if (!given) return args;
  return [...args.slice(0, at), '--data', resolve(typedIn, given), ...args.slice(at + (isJoined ? 1 : 2))];
}

async function main() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
  await prepare(root);
  const script = join(root, 'dist', 'apps', 'cli', 'stack', 'start.js');
  // The channel tells the stack when this process is killed, so that it does not go on unseen.
  const stack = spawn(
    nodeBinary(root),
    ['--disable-warning=TimeoutNegativeWarning', script, ...withAbsoluteData(process.argv.slice(2))],
    {
      cwd: root,
      env: environment(root),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    },
  );
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stack.kill(name));
  if (process.env.npm_lifecycle_event === 'start') endWhenOrphaned(stack);
  return exitCodeOf(stack);
}

/** npm that is killed hard cannot pass anything on: its disappearance is the signal. (`exec` in package.json makes npm our parent.) */
function endWhenOrphaned(stack) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stack.kill('SIGTERM');
  }, 1_000);
  watch.unref();
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  },
);
