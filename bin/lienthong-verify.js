#!/usr/bin/env node
// Thin launcher of the offline verifier: any Node from 20.12 on runs it, nothing else is needed.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const program = join(__dirname, '..', 'dist', 'lienthong-verify.mjs');
const NOT_CHECKED = 2;

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = NOT_CHECKED;
}

const [major, minor] = process.version.slice(1).split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  refuse(`The verifier needs Node.js 20.12 or newer; this is ${process.version}.`);
} else if (existsSync(program)) {
  import(pathToFileURL(program).href).catch((error) => refuse(`The verifier does not start: ${error.message}`));
} else {
  refuse('The verifier is not built here yet: run npm start (or npm ci and npm run build) once.');
}
