#!/usr/bin/env node
// Thin launcher of the offline verifier: any Node from 20.12 on runs it, nothing else is needed.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const program = join(__dirname, '..', 'dist', 'lienthong-verify.mjs');
const NOT_CHECKED = 2;

if (existsSync(program)) {
  void import(pathToFileURL(program).href);
} else {
  process.stderr.write('The verifier is not built here yet: run npm start (or npm ci and npm run build) once.\n');
  process.exitCode = NOT_CHECKED;
}
