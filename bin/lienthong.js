#!/usr/bin/env node
// Thin launcher of the command line: goes on under the clone's Node 24 with the built program.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const node = join(root, 'node_modules', '.bin', 'node');
const program = join(root, 'dist', 'apps', 'cli', 'main.js');
const NOT_REACHABLE = 3;

if (!existsSync(node) || !existsSync(program)) {
  process.stderr.write(
    'Liên Thông is not built here yet: run npm start (or npm ci and npm run build) in its folder once.\n',
  );
  process.exit(NOT_REACHABLE);
}

const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
child.on('error', (error) => {
  process.stderr.write(`Node 24 could not be started: ${error.message}\n`);
  process.exit(NOT_REACHABLE);
});
child.on('close', (code) => process.exit(code ?? 1));
