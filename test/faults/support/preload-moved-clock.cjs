// Preload of the fault tests (NODE_OPTIONS=--require): the wall clock of the process goes on from where the test has moved it. Timers and
// monotonic clocks stay as they are, so that an hour goes by between two calls and not within one.
'use strict';
const { readFileSync } = require('node:fs');

const file = process.env.MOVED_CLOCK_FILE;
const RealDate = Date;
let movedMs = 0;

function read() {
  try {
    movedMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

if (file) {
  read();
  setInterval(read, 20).unref();
  globalThis.Date = class Date extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + movedMs);
      else super(...args);
    }

    static now() {
      return RealDate.now() + movedMs;
    }
  };
}
