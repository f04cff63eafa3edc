import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '#testing';
import { keyChainText } from '../../tlog/key-chain';
import { signStatement } from '../../tlog/key-statement';
import { noteSigner } from '../../tlog/signed-note';
import { forgetKey, trustLog, trustNextKey } from '../app/trust-log';
import { ensureWitnessKey, fileWitnessKey } from './file-witness-key';
import { FileWitnessStore } from './file-witness-store';

const LOG = 'a'.repeat(64);
const VKEY = 'lienthong.example/synclog+75205df1+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea';
const OTHER_VKEY = 'witness.example/w1+04d2d833+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM';

describe('the memory of a witness', () => {
  let dir: string;
  let store: FileWitnessStore;
  beforeEach(() => {
    dir = join(temporaryDir('witness'), 'data');
    store = new FileWitnessStore(dir);
  });

  it('is for its owner only', () => {
    store.replace(LOG, undefined, 'first\n');
    const modes = ['', 'logs', 'checkpoints', `checkpoints/${LOG}`].map(
      (path) => statSync(join(dir, path)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o700, 0o600]);
  });

  it('is there for the next process, whole, and with nothing beside it', () => {
    expect(store.latest(LOG)).toBeUndefined();
    expect(store.replace(LOG, undefined, 'first\n')).toBe(true);
    expect(store.replace(LOG, 'first\n', 'second\n')).toBe(true);
    expect(new FileWitnessStore(dir).latest(LOG)).toBe('second\n');
    expect(readdirSync(join(dir, 'checkpoints'))).toEqual([LOG]);
  });

  it('is not replaced by who has seen something else', () => {
    store.replace(LOG, undefined, 'first\n');
    expect(store.replace(LOG, undefined, 'other\n')).toBe(false);
    expect(store.replace(LOG, 'none\n', 'other\n')).toBe(false);
    expect(store.latest(LOG)).toBe('first\n');
    expect(readdirSync(join(dir, 'checkpoints'))).toEqual([LOG]);
  });

  it('is not written while another process writes, and again after a kill in the middle of it', () => {
    store.replace(LOG, undefined, 'first\n');
    writeFileSync(join(dir, 'checkpoints', `${LOG}.draft`), 'seco');
    expect(() => store.replace(LOG, 'first\n', 'second\n')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(store.latest(LOG)).toBe('first\n');
    store.forgetDrafts();
    expect(store.replace(LOG, 'first\n', 'second\n')).toBe(true);
  });

  it('that cannot be read is not taken for none', () => {
    mkdirSync(join(dir, 'checkpoints', LOG));
    expect(() => store.latest(LOG)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  });

  it('trusts one key for a log, and keeps to it', () => {
    expect(trustLog(store, `${VKEY}\n`)).toBe('lienthong.example/synclog');
    expect(trustLog(store, VKEY)).toBe('lienthong.example/synclog');
    const [logId] = readdirSync(join(dir, 'logs'));
    expect(store.keysOf(logId)).toEqual([VKEY]);
    writeFileSync(join(dir, 'logs', logId), 'another key\n');
    expect(() => trustLog(store, VKEY)).toThrow(expect.objectContaining({ code: 'witness-log-known' }));
  });

  it('trusts a further key of a log that it knows, and forgets an old one, but never the last', () => {
    const next = noteSigner('lienthong.example/synclog', generateKeyPairSync('ed25519').privateKey);
    expect(() => trustNextKey(store, next.vkey)).toThrow(expect.objectContaining({ code: 'witness-log-unknown' }));
    trustLog(store, VKEY);
    expect(trustNextKey(store, next.vkey)).toBe('lienthong.example/synclog');
    expect(trustNextKey(store, next.vkey)).toBe('lienthong.example/synclog');
    const [logId] = readdirSync(join(dir, 'logs'));
    expect(store.keysOf(logId)).toEqual([VKEY, next.vkey]);
    forgetKey(store, VKEY);
    expect(store.keysOf(logId)).toEqual([next.vkey]);
    expect(() => forgetKey(store, next.vkey)).toThrow(expect.objectContaining({ code: 'witness-key-last' }));
  });

  it('asks the statements of the log, when it is given them', () => {
    const [one, two, other] = [1, 2, 3].map(() =>
      noteSigner('lienthong.example/synclog', generateKeyPairSync('ed25519').privateKey),
    );
    const times = { at: '2026-03-02T09:00:00+07:00', until: '2026-04-02T09:00:00+07:00' };
    const said = { origin: one.name, oldKey: one.vkey, newKey: two.vkey, fromSize: 7, ...times };
    const chain = keyChainText({ first: one.vkey, statements: [signStatement(said, { old: one, next: two })] });
    trustLog(store, one.vkey);
    for (const text of [chain, '{}'])
      expect(() => trustNextKey(store, other.vkey, text)).toThrow(
        expect.objectContaining({ code: 'witness-key-not-led-to' }),
      );
    trustNextKey(store, two.vkey, chain);
    // From the size on that the statement names, the old key alone counts no more.
    expect(store.keysOf(readdirSync(join(dir, 'logs'))[0])).toEqual([`${one.vkey} 7`, two.vkey]);
    trustLog(store, one.vkey);
    forgetKey(store, one.vkey);
    expect(store.keysOf(readdirSync(join(dir, 'logs'))[0])).toEqual([two.vkey]);
  });

  it('learns from the statements also what a key counts for that it was told of before', () => {
    const [one, two] = [1, 2].map(() =>
      noteSigner('lienthong.example/synclog', generateKeyPairSync('ed25519').privateKey),
    );
    const times = { at: '2026-03-02T09:00:00+07:00', until: '2026-03-02T09:00:00+07:00' };
    const said = { origin: one.name, oldKey: one.vkey, newKey: two.vkey, fromSize: 7, ...times };
    const chain = keyChainText({ first: one.vkey, statements: [signStatement(said, { old: one, next: two })] });
    trustLog(store, one.vkey);
    trustNextKey(store, two.vkey);
    trustNextKey(store, two.vkey, chain);
    expect(store.keysOf(readdirSync(join(dir, 'logs'))[0])).toEqual([`${one.vkey} 7`, two.vkey]);
  });

  it.each(['', 'lienthong', OTHER_VKEY])('does not trust %j', (vkey) => {
    expect(() => trustLog(store, vkey)).toThrow(expect.objectContaining({ code: 'witness-log-key-unusable' }));
    expect(readdirSync(join(dir, 'logs'))).toEqual([]);
  });
});

describe('the key of a witness', () => {
  it('is made once, for its owner only, and keeps its name', () => {
    const dir = join(temporaryDir('witness'), 'data');
    expect(fileWitnessKey(dir)).toBeUndefined();
    ensureWitnessKey(dir, 'witness.example');
    const made = fileWitnessKey(dir)!;
    ensureWitnessKey(dir, 'another.example');
    expect(fileWitnessKey(dir)).toMatchObject({ name: 'witness.example', vkey: made.vkey });
    expect(statSync(join(dir, 'witness.json')).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(made.vkey).not.toContain((JSON.parse(readFileSync(join(dir, 'witness.json'), 'utf8')) as { d: string }).d);
  });

  it('is not made under a name that no line could hold', () => {
    const dir = join(temporaryDir('witness'), 'data');
    expect(() => ensureWitnessKey(dir, 'my witness')).toThrow(TypeError);
    expect(fileWitnessKey(dir)).toBeUndefined();
  });

  it('that cannot be read is an error that names its file', () => {
    const dir = temporaryDir('witness');
    writeFileSync(join(dir, 'witness.json'), '{');
    expect(() => fileWitnessKey(dir)).toThrow(expect.objectContaining({ code: 'witness-key-unreadable' }));
  });
});
