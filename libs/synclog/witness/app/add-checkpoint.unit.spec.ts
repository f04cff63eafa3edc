import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fixedClock, LAW_SEED, lawRun } from '#testing';
import { consistencyRanges } from '../../tlog/proofs';
import { ed25519FromSeed, noteCosigner, noteSigner, signNote, type NoteSigner } from '../../tlog/signed-note';
import { leafHash, rootOf } from '../../tlog/tree-hash';
import type { WitnessStore } from '../ports';
import { addCheckpoint, type WitnessDeps } from './add-checkpoint';

interface Vectors {
  roots: Record<string, string>;
  logSeed: string;
  logVkey: string;
  witnessSeed: string;
  witnessTime: number;
  checkpointOfSize1000: string;
  cosignedCheckpointOfSize1000: string;
  addCheckpointBodyFrom300To1000: string;
}

const VECTORS = JSON.parse(readFileSync(join(__dirname, '../../tlog/testing/tlog-vectors.json'), 'utf8')) as Vectors;
const ORIGIN = 'lienthong.example/synclog';
const LOG_ID = createHash('sha256').update(ORIGIN).digest('hex');

/** Keys and lines are put together by hand here, from the text of the format: nothing of the code under test signs for the log. */
const keyOf = (seed: string) =>
  createPrivateKey({
    format: 'der',
    type: 'pkcs8',
    key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'),
  });
const LOG_KEY = keyOf(VECTORS.logSeed);

function checkpoint(size: number, root: string, { origin = ORIGIN, key = LOG_KEY } = {}): string {
  const text = `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;
  const signature = Buffer.concat([Buffer.from('75205df1', 'hex'), sign(null, Buffer.from(text), key)]);
  return `${text}\n— ${ORIGIN} ${signature.toString('base64')}\n`;
}

class MemoryStore implements WitnessStore {
  readonly kept = new Map<string, string>();
  keys: readonly string[] = [VECTORS.logVkey];

  keysOf(logId: string): readonly string[] {
    return logId === LOG_ID ? this.keys : [];
  }

  latest(logId: string): string | undefined {
    return this.kept.get(logId);
  }

  replace(logId: string, before: string | undefined, next: string): boolean {
    if (this.kept.get(logId) !== before) return false;
    this.kept.set(logId, next);
    return true;
  }
}

function witness(): WitnessDeps & { store: MemoryStore } {
  const cosigner = noteCosigner('witness.example/w1', ed25519FromSeed(Buffer.from(VECTORS.witnessSeed, 'hex')));
  return { cosigner, store: new MemoryStore(), clock: fixedClock(new Date(VECTORS.witnessTime * 1_000)) };
}
const ask = (deps: WitnessDeps, body: string) => {
  const { status, body: said } = addCheckpoint(Buffer.from(body), deps);
  return { status, body: said };
};
const { roots } = VECTORS;

describe('a witness', () => {
  it('cosigns the request of the vectors byte for byte', () => {
    const deps = witness();
    expect(ask(deps, `old 0\n\n${checkpoint(300, roots['300'])}`).status).toBe(200);
    const { status, body } = ask(deps, VECTORS.addCheckpointBodyFrom300To1000);
    expect(status).toBe(200);
    expect(VECTORS.checkpointOfSize1000 + body).toBe(VECTORS.cosignedCheckpointOfSize1000);
    expect(deps.store.latest(LOG_ID)).toBe(VECTORS.cosignedCheckpointOfSize1000);
  });

  it('signs what the page says: the time, and then the text', () => {
    const text = `${ORIGIN}\n300\n${Buffer.from(roots['300'], 'hex').toString('base64')}\n`;
    const { body } = ask(witness(), `old 0\n\n${checkpoint(300, roots['300'])}`);
    const bytes = Buffer.from(body.trimEnd().split(' ')[2], 'base64');
    expect(bytes).toHaveLength(76);
    expect(bytes.subarray(0, 4).toString('hex')).toBe('04d2d833');
    expect(Number(bytes.readBigUInt64BE(4))).toBe(VECTORS.witnessTime);
    const signed = Buffer.from(`cosignature/v1\ntime ${VECTORS.witnessTime}\n${text}`);
    expect(verify(null, signed, createPublicKey(keyOf(VECTORS.witnessSeed)), bytes.subarray(12))).toBe(true);
  });

  it('keeps nothing but what the key of the log and its own have signed', () => {
    const deps = witness();
    const clean = checkpoint(300, roots['300']);
    const forged = `— witness.example/w1 ${Buffer.concat([Buffer.from('04d2d833', 'hex'), Buffer.alloc(72)]).toString('base64')}\n`;
    const stranger = `— somebody.example ${Buffer.alloc(68).toString('base64')}\n`;
    const { status, body } = ask(deps, `old 0\n\n${clean}${stranger.repeat(20)}${forged}`);
    expect(status).toBe(200);
    expect(deps.store.latest(LOG_ID)).toBe(clean + body);
  });

  describe('of a log that has replaced its key', () => {
    const next = noteSigner(ORIGIN, ed25519FromSeed(Buffer.alloc(32, 2)));
    const old = noteSigner(ORIGIN, LOG_KEY);
    const noteBy = (size: number, ...signers: NoteSigner[]): string =>
      signNote(`${ORIGIN}\n${size}\n${Buffer.from(roots[`${size}`], 'hex').toString('base64')}\n`, ...signers);

    it('goes on with the old key alone while both sign, and keeps the line that it knows', () => {
      const deps = witness();
      const { status, body } = ask(deps, `old 0\n\n${noteBy(300, next, old)}`);
      expect(status).toBe(200);
      expect(deps.store.latest(LOG_ID)).toBe(noteBy(300, old) + body);
      expect(ask(deps, `old 300\n\n${noteBy(300, next)}`).status).toBe(403);
    });

    it('goes on with the new key once it was told of it, and refuses a note in which one of both lines is wrong', () => {
      const deps = witness();
      deps.store.keys = [VECTORS.logVkey, next.vkey];
      const otherwise = noteBy(257, old).slice(noteBy(257, old).lastIndexOf('\u2014'));
      const wrong = noteBy(300, next) + otherwise;
      for (const [note, status] of [
        [wrong, 403],
        [noteBy(300, next), 200],
      ] as const)
        expect(ask(deps, `old 0\n\n${note}`).status).toBe(status);
    });
  });

  it('takes a replaced key alone up to its size, and above that only beside the next one', () => {
    const [next, old] = [ed25519FromSeed(Buffer.alloc(32, 2)), LOG_KEY].map((key) => noteSigner(ORIGIN, key));
    const noteBy = (size: number, ...signers: NoteSigner[]): string =>
      signNote(`${ORIGIN}\n${size}\n${Buffer.from(roots[`${size}`], 'hex').toString('base64')}\n`, ...signers);
    const statusOf = (note: string): number => {
      const deps = witness();
      deps.store.keys = [`${VECTORS.logVkey} 257`, next.vkey];
      return ask(deps, `old 0\n\n${note}`).status;
    };
    const notes = [noteBy(257, old), noteBy(300, old), noteBy(300, next, old), noteBy(300, next)];
    expect(notes.map(statusOf)).toEqual([200, 403, 200, 200]);
  });

  it('answers the same request again, so that a lost answer costs nothing', () => {
    const deps = witness();
    const first = `old 0\n\n${checkpoint(300, roots['300'])}`;
    const { body } = ask(deps, first);
    expect(ask(deps, first)).toEqual({ status: 409, body: '300\n' });
    expect(ask(deps, first.replace('old 0', 'old 300'))).toEqual({ status: 200, body });
  });

  describe('that has cosigned 300 entries', () => {
    const good = VECTORS.addCheckpointBodyFrom300To1000;
    const proof = good.slice('old 300\n'.length, good.indexOf('\n\n') + 1);
    const other = keyOf(VECTORS.witnessSeed);
    const table: [number, string, string, string?][] = [
      [400, 'is malformed', good.replace('old', 'new')],
      [400, 'names an old size above its own', good.replace('old 300', 'old 1001')],
      [403, 'is not signed with the key of the log', good.replace('dSBd8dd1', 'dSBd8dd2')],
      [403, 'is signed with another key', `old 300\n${proof}\n${checkpoint(1_000, roots['1000'], { key: other })}`],
      [404, 'comes from an unknown log', `old 300\n\n${checkpoint(1_000, roots['1000'], { origin: 'other.example' })}`],
      [409, 'names a smaller old size', good.replace('old 300', 'old 299'), '300\n'],
      [409, 'names a larger old size', good.replace('old 300', 'old 301'), '300\n'],
      [409, 'names none', `old 0\n\n${VECTORS.checkpointOfSize1000}`, '300\n'],
      [422, 'has no proof', `old 300\n\n${VECTORS.checkpointOfSize1000}`],
      [422, 'has a proof with a hash too many', good.replace('\n\n', `\n${good.split('\n')[1]}\n\n`)],
      [422, 'has a hash missing', good.replace(`${good.split('\n')[1]}\n`, '')],
      [422, 'proves another root', `old 300\n${proof}\n${checkpoint(1_000, roots['513'])}`],
      [422, 'has the same size and another root', `old 300\n\n${checkpoint(300, roots['257'])}`],
      [400, 'is shorter than what it has', `old 300\n\n${checkpoint(257, roots['257'])}`],
    ];

    it.each(table)('answers %i when a request %s, and keeps what it has', (status, _what, body, said = '') => {
      const deps = witness();
      ask(deps, `old 0\n\n${checkpoint(300, roots['300'])}`);
      const before = deps.store.latest(LOG_ID);
      expect(ask(deps, body)).toEqual({ status, body: said });
      expect([...deps.store.kept]).toEqual([[LOG_ID, before]]);
    });
  });

  it('that has nothing yet cosigns the empty log, and only with the root of it', () => {
    const deps = witness();
    expect(ask(deps, `old 0\n\n${checkpoint(0, roots['1'])}`)).toEqual({ status: 422, body: '' });
    expect(deps.store.kept.size).toBe(0);
    expect(ask(deps, `old 0\n\n${checkpoint(0, roots['0'])}`).status).toBe(200);
    expect(ask(deps, `old 0\n\n${checkpoint(300, roots['300'])}`).status).toBe(200);
    expect(ask(witness(), `old 300\n\n${checkpoint(300, roots['300'])}`)).toEqual({ status: 409, body: '0\n' });
  });

  it('judges again when another process was faster', () => {
    const deps = witness();
    const { store } = deps;
    const replace = store.replace.bind(store);
    jest.spyOn(store, 'replace').mockImplementationOnce((logId) => {
      replace(logId, undefined, checkpoint(257, roots['257']));
      return false;
    });
    expect(ask(deps, `old 0\n\n${checkpoint(300, roots['300'])}`)).toEqual({ status: 409, body: '257\n' });
  });

  it('gives no signature when it cannot remember', () => {
    const deps = witness();
    jest.spyOn(deps.store, 'replace').mockImplementation(() => {
      throw new Error('disk full');
    });
    expect(() => addCheckpoint(Buffer.from(`old 0\n\n${checkpoint(300, roots['300'])}`), deps)).toThrow('disk full');
  });

  it(`never cosigns two checkpoints that are not consistent, whatever is asked (seed ${LAW_SEED})`, () => {
    // Two logs with the same key: the second is another one from its entry `fork` on.
    const SIZE = 24;
    const leavesOf = (fork: number) =>
      Array.from({ length: SIZE }, (_, at) => leafHash(Buffer.from(at < fork ? `${at}` : `other ${at}`)));
    const request = fc.record({
      fork: fc.constantFrom(SIZE, 3, 8, 13),
      size: fc.integer({ min: 0, max: SIZE }),
      old: fc.oneof(fc.constant('as it has' as const), fc.integer({ min: 0, max: SIZE })),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 12 }), (requests) => {
        const deps = witness();
        let has = 0;
        const cosigned: { size: number; leaves: Buffer[] }[] = [];
        for (const { fork, size, old } of requests) {
          const leaves = leavesOf(fork);
          const from = old === 'as it has' ? has : old;
          const proof = from > size ? [] : consistencyRanges(from, size);
          const hashes = proof.map((range) => `${rootOf(leaves.slice(range.from, range.to)).toString('base64')}\n`);
          const root = rootOf(leaves.slice(0, size)).toString('hex');
          const { status } = ask(deps, `old ${from}\n${hashes.join('')}\n${checkpoint(size, root)}`);
          if (status !== 200) continue;
          for (const before of cosigned) {
            expect(before.size).toBeLessThanOrEqual(size);
            expect(leaves.slice(0, before.size)).toEqual(before.leaves);
          }
          cosigned.push({ size, leaves: leaves.slice(0, size) });
          has = size;
        }
      }),
      lawRun(150, 3_000),
    );
  });
});
