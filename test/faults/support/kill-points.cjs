// Preload of the fault tests (NODE_OPTIONS=--require): ends or freezes the worker or the gateway exactly at a named point.
// The product knows nothing of it: the functions of its compiled modules are wrapped from outside, and a place that is gone fails the start.
'use strict';
const { readFileSync, renameSync } = require('node:fs');
const { ClientRequest } = require('node:http');
const Module = require('node:module');
const { join } = require('node:path');

const dir = process.env.KILL_POINT_DIR;
const app = /apps[\\/](worker|gateway)[\\/]main\.js$/.exec(process.argv[1] ?? '')?.[1];
const armedFile = dir && app ? join(dir, process.env.KILL_POINT_PROCESS ?? app) : undefined;
const passages = new Map();

/** The file says which point, at which passage (`nth`), and with which signal; renamed first, so that it happens once. */
function passage(point, subject = '') {
  const armed = readArmed();
  if (armed === undefined || armed.point !== point || !subject.includes(armed.subject ?? '')) return;
  const count = (passages.get(armed.id) ?? 0) + 1;
  passages.set(armed.id, count);
  if (count < (armed.nth ?? 1)) return;
  renameSync(armedFile, `${armedFile}.reached`);
  process.kill(process.pid, armed.signal ?? 'SIGKILL');
}

function readArmed() {
  try {
    return JSON.parse(readFileSync(armedFile, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Wraps `owner[name]`; `around` gets the original bound to its object. */
function wrap(owner, name, around) {
  const original = owner?.[name];
  if (typeof original !== 'function') throw new Error(`the kill point at ${name} has lost its place`);
  owner[name] = function (...args) {
    return around((...given) => original.apply(this, given), args, this);
  };
}

const after = (owner, name, see) =>
  wrap(owner, name, async (original, args) => {
    const result = await original(...args);
    see(result);
    return result;
  });

const before = (owner, name, see) =>
  wrap(owner, name, (original, args, self) => {
    see(args, self);
    return original(...args);
  });

const PLACES = {
  'libs/delivery/app/claim-lanes.js': ({ LaneClaims }) =>
    after(LaneClaims.prototype, 'claim', (claims) => {
      for (const { operation } of claims) passage('after-claim', operation);
    }),
  'libs/delivery/app/settle-queue.js': ({ SettleQueue }) =>
    before(SettleQueue.prototype, 'add', ([{ claim, tried }]) => {
      if (tried.kind === 'call' && tried.result.wire === 'answered')
        passage('after-answer-before-settle', claim.operation);
    }),
  'libs/delivery/app/settle-attempts.js': (module) =>
    after(module, 'settleAttempts', (judged) => {
      if (judged.some(({ next }) => next?.status === 'settled')) passage('after-commit-before-publish');
    }),
  'libs/bus/app/sequence-batch.js': (module) =>
    wrap(module, 'sequenceBatch', async (original, [db, limit]) => {
      const moved = await original(watchedDatabase(db), limit);
      if (moved.events > 0) passage('after-sequencing-before-relay');
      return moved;
    }),
  'libs/bus/app/relay.js': ({ Relay }) => before(Relay.prototype, 'move', () => passage('after-produce-before-cursor')),
  'libs/delivery/routing/router.js': ({ Router }) =>
    after(Router.prototype, 'handle', () => passage('after-routing-before-offset')),
  'libs/intake/app/store-batch.js': (module) =>
    wrap(module, 'storeBatch', async (original, args) => {
      passage('after-fetch-before-store');
      const stored = await original(...args);
      if (stored.ends.includes('accepted')) passage('after-store-before-acknowledge');
      return stored;
    }),
  'libs/intake/app/poll-registry.js': ({ PollRegistry }) =>
    before(PollRegistry.prototype, 'settleAnswered', (_args, self) => {
      const hasNews = self.answered.some(({ rows }) => rows?.some(({ status }) => status !== null));
      if (hasNews) passage('after-registry-answer-before-store');
    }),
  'libs/intake/app/receive-decision.js': (module) =>
    after(module, 'receiveDecision', () => passage('after-commit-before-202')),
};

/** The sequencer's transaction, seen just before its end: rows are moved and numbered, nothing is committed. */
function watchedDatabase(db) {
  const run = (work) =>
    db.run(async (tx) => {
      const moved = await work(tx);
      if (moved.events > 0) passage('in-the-sequencer');
      return moved;
    });
  return new Proxy(db, {
    get: (object, name) => {
      if (name === 'run') return run;
      return typeof object[name] === 'function' ? object[name].bind(object) : object[name];
    },
  });
}

function install() {
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = (module, filename) => {
    load(module, filename);
    const place = Object.keys(PLACES).find((path) => filename.replaceAll('\\', '/').endsWith(`/dist/${path}`));
    if (place !== undefined) PLACES[place](module.exports);
  };
  // `finish`: the whole request was handed to the operating system, which delivers it whatever becomes of us.
  before(ClientRequest.prototype, 'onSocket', (_args, request) => {
    request.once('finish', () => passage('after-request-bytes', request.path));
  });
}

if (armedFile !== undefined) install();
