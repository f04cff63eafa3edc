import { generateKeyPairSync } from 'node:crypto';
import { sequenceBatch } from '#bus';
import { AppError, silentLog, uuidIds, type Log } from '#platform';
import { fixedClock, temporaryDir, testDatabase, until, type FixedClock, type TestDatabase } from '#testing';
import { queryOnce } from '../../../bench/harness/query-once';
import { createSyncLog } from '../app/append-entries';
import { oneLogKey, type LogKeys } from '../keys/log-key-ring';
import { readNewestCheckpoint } from '../sealing/adapters/tree-store';
import { Sealer } from '../sealing/app/sealer';
import { parseCheckpoint } from '../tlog/checkpoint';
import { signStatement } from '../tlog/key-statement';
import { isSignedBy, noteCosigner, noteSigner, parseNote, parseVerifierKey, signNote } from '../tlog/signed-note';
import { FileWitnessStore } from '../witness/adapters/file-witness-store';
import { addCheckpoint } from '../witness/app/add-checkpoint';
import { trustLog } from '../witness/app/trust-log';
import { Cosigning } from './app/cosigning';
import { readSilence, readWitnessed } from './app/read-witnessed';
import type { Witness } from './domain/witness';
import type { WitnessPort } from './ports';

const EVERY_MS = 2_000;
const SIGNER = noteSigner('lienthong.test/synclog', generateKeyPairSync('ed25519').privateKey);

interface Line {
  level: string;
  event: string;
  witness: unknown;
  code: unknown;
}

/** A witness and the line to it; what it is asked is counted. */
interface Bench {
  witness: Witness;
  port: WitnessPort;
  asked: string[];
}

describe('checkpoints and their witnesses', () => {
  let test: TestDatabase;
  let clock: FixedClock;
  let lines: Line[];
  let sealer: Sealer;
  const log: Log = {
    ...silentLog,
    warn: (event, fields) => lines.push({ level: 'warn', event, witness: fields?.witness, code: fields?.code }),
    error: (event, fields) => lines.push({ level: 'error', event, witness: fields?.witness, code: fields?.code }),
    info: (event, fields) => lines.push({ level: 'info', event, witness: fields?.witness, code: fields?.code }),
  };

  beforeEach(async () => {
    test = await testDatabase();
    clock = fixedClock();
    lines = [];
    sealer = newSealer();
  });
  afterEach(() => test.drop());

  const newSealer = (): Sealer =>
    new Sealer({ db: test.db, keys: oneLogKey(SIGNER), places: [], doorbell: { wait: async () => false }, clock, log });

  function bench(name: string, portOf: (vkey: string) => Partial<WitnessPort>): Bench {
    const { vkey } = keyOf(name);
    const asked: string[] = [];
    const port = portOf(vkey);
    const witness = { name, vkey, verifier: parseVerifierKey(vkey), url: 'http://w', monitoringUrl: 'http://w' };
    return {
      witness,
      asked,
      port: {
        addCheckpoint: async (body, signal) => {
          asked.push(body.slice(0, body.indexOf('\n')));
          return port.addCheckpoint!(body, signal);
        },
        latest: async (logId, signal) => port.latest?.(logId, signal),
      },
    };
  }
  const keys = new Map<string, ReturnType<typeof noteCosigner>>();
  function keyOf(name: string): ReturnType<typeof noteCosigner> {
    const key = keys.get(name) ?? noteCosigner(name, generateKeyPairSync('ed25519').privateKey);
    keys.set(name, key);
    return key;
  }
  /** One that does what it should, over its own memory. */
  function honest(name: string): Bench {
    const store = new FileWitnessStore(temporaryDir('witness'));
    trustLog(store, SIGNER.vkey);
    const deps = { cosigner: keyOf(name), store, clock };
    return bench(name, () => ({
      addCheckpoint: async (body) => addCheckpoint(Buffer.from(body), deps),
      latest: async (logId) => store.latest(logId),
    }));
  }
  const away = (name: string): Bench => {
    const fail = async (): Promise<never> => {
      throw new AppError({ code: 'witness-away', disposition: 'retry' });
    };
    return bench(name, () => ({ addCheckpoint: fail, latest: fail }));
  };
  const saying = (name: string, status: number, body = '', kept?: string): Bench =>
    bench(name, () => ({ addCheckpoint: async () => ({ status, body }), latest: async () => kept }));

  const cosigning = (benches: readonly Bench[], keysOfLog: LogKeys = oneLogKey(SIGNER)): Cosigning =>
    new Cosigning(
      { everyMs: EVERY_MS, witnesses: benches.map(({ witness }) => witness) },
      {
        db: test.db,
        origin: SIGNER.name,
        logKeys: keysOfLog,
        connect: ({ vkey }) => benches.find(({ witness }) => witness.vkey === vkey)!.port,
        learn: (published) => sealer.learn(published),
        clock,
        random: () => 0,
        log,
      },
    );
  const asOwner = (statement: string): Promise<unknown> => queryOnce(test.ownerUrl, statement);
  /** Entries, sealed and signed; and then so long a time that the checkpoint is due to be cosigned. */
  async function grow(count: number): Promise<void> {
    const syncLog = createSyncLog({ ids: uuidIds, clock });
    await test.db.run((tx) =>
      syncLog.append(
        tx,
        Array.from({ length: count }, (_, at) => ({
          kind: 'dossier.received' as const,
          actor: { id: 'worker', type: 'system' as const },
          detail: { count: at },
        })),
      ),
    );
    await sequenceBatch(test.db, count);
    await sealer.round();
    clock.advance(EVERY_MS);
  }
  const newest = async () => {
    const note = parseNote((await readNewestCheckpoint(test.db))!.note);
    expect(isSignedBy(note, parseVerifierKey(SIGNER.vkey))).toBe(true);
    const { size } = parseCheckpoint(note.text);
    return { size, has: (one: Bench) => isSignedBy(note, one.witness.verifier) };
  };
  const witnessedSize = async (benches: readonly Bench[]): Promise<number | undefined> => {
    const note = await readWitnessed(
      test.db,
      benches.map(({ witness }) => witness),
    );
    return note === undefined ? undefined : parseCheckpoint(parseNote(note).text).size;
  };
  const said = (event: string) => lines.filter((line) => line.event === event).map(({ code }) => code);

  it('are cosigned by all that are there, one after the other, with a proof from the size that each has', async () => {
    const [one, two] = [honest('one'), honest('two')];
    const round = cosigning([one, two]);
    await grow(300);
    await round.round();
    expect(await newest()).toMatchObject({ size: 300 });
    expect([one, two].map((witness) => witness.asked)).toEqual([['old 0'], ['old 0']]);
    await grow(400);
    await round.round();
    const checkpoint = await newest();
    expect([checkpoint.size, checkpoint.has(one), checkpoint.has(two)]).toEqual([700, true, true]);
    expect(one.asked).toEqual(['old 0', 'old 300']);
    expect(await witnessedSize([one, two])).toBe(700);
    await round.round();
    expect(one.asked).toHaveLength(2);
  });

  it('are cosigned at one size by all, though they are signed more often', async () => {
    const [one, two] = [honest('one'), honest('two')];
    const first = cosigning([one]);
    const second = cosigning([two]);
    await grow(10);
    clock.advance(500);
    await grow(5);
    clock.advance(-1_000);
    await first.round();
    clock.advance(400);
    await second.round();
    expect(await witnessedSize([one, two])).toBe(10);
  });

  it('of an empty or a quiet log are not cosigned again and again', async () => {
    const one = honest('one');
    const round = cosigning([one]);
    await grow(0);
    await round.round();
    expect(one.asked).toEqual([]);
    await grow(3);
    for (let times = 0; times < 3; times += 1) {
      await round.round();
      clock.advance(EVERY_MS);
    }
    expect(one.asked).toEqual(['old 0']);
    expect((await newest()).has(one)).toBe(true);
  });

  it('are asked for by one of several workers', async () => {
    const one = honest('one');
    await grow(3);
    await Promise.all([cosigning([one]), cosigning([one]), cosigning([one])].map((worker) => worker.round()));
    expect(one.asked).toEqual(['old 0']);
  });

  it('are asked for again by another worker when one dies in its turn', async () => {
    const one = honest('one');
    await grow(3);
    const dead = bench('one', () => ({ addCheckpoint: () => new Promise(() => undefined) }));
    void cosigning([dead]).round();
    const next = cosigning([one]);
    await until(() => dead.asked.length === 1, 10_000);
    await next.round();
    expect(one.asked).toEqual([]);
    clock.advance(20_000);
    await next.round();
    expect(one.asked).toEqual(['old 0']);
  });

  it('count as witnessed when more than half have cosigned, with all the cosignatures there are', async () => {
    const [one, two, third] = [honest('one'), honest('two'), away('three')];
    await grow(3);
    await cosigning([one, third]).round();
    expect(await witnessedSize([one, two, third])).toBeUndefined();
    await cosigning([two]).round();
    expect(await witnessedSize([one, two, third])).toBe(3);
    await grow(4);
    await cosigning([one]).round();
    expect(await witnessedSize([one, two, third])).toBe(3);
    expect(await witnessedSize([one])).toBe(7);
    expect(await witnessedSize([third])).toBeUndefined();
    expect(await witnessedSize([])).toBeUndefined();
  });

  it('tell how long each witness is silent', async () => {
    const [one, two] = [honest('one'), away('two')];
    await grow(3);
    await cosigning([one, two]).round();
    clock.advance(58_000);
    const silence = await readSilence(test.db, [one.witness, two.witness], clock.now());
    expect(silence).toEqual([
      { name: 'one', seconds: 0 },
      { name: 'two', seconds: 60 },
    ]);
  });

  describe('with a witness that is away', () => {
    it('are signed and cosigned by the others all the same, and it is left alone for longer and longer', async () => {
      const [one, gone] = [honest('one'), away('gone')];
      const round = cosigning([gone, one]);
      const askedAfter: number[] = [];
      await grow(3);
      for (let second = 0; second < 64; second += 1) {
        const before = gone.asked.length;
        await round.round();
        if (gone.asked.length > before) askedAfter.push(second);
        clock.advance(1_000);
      }
      expect(askedAfter).toEqual([0, 1, 3, 7, 15, 31, 61]);
      expect((await newest()).has(one)).toBe(true);
      expect(said('witness.failed')).toEqual(['witness-away']);
    });

    it('have its cosignature as soon as it is back', async () => {
      const one = honest('one');
      const good = one.port.addCheckpoint;
      one.port.addCheckpoint = away('one').port.addCheckpoint;
      const round = cosigning([one]);
      await grow(3);
      await round.round();
      await grow(4);
      one.port.addCheckpoint = good;
      await round.round();
      expect((await newest()).has(one)).toBe(true);
      expect(said('witness.recovered')).toHaveLength(1);
    });
  });

  describe('whose witness has another size than we remember', () => {
    it('are cosigned from the size that it tells', async () => {
      const one = honest('one');
      await grow(300);
      await cosigning([one]).round();
      await asOwner('update synclog_witness set size = 0');
      await grow(400);
      await cosigning([one]).round();
      expect(one.asked).toEqual(['old 0', 'old 0', 'old 300']);
      expect((await newest()).has(one)).toBe(true);
    });

    it('are cosigned again when its answer was lost', async () => {
      const one = honest('one');
      const good = one.port.addCheckpoint;
      one.port.addCheckpoint = async (body, signal) => {
        await good(body, signal);
        throw new AppError({ code: 'witness-away', disposition: 'retry' });
      };
      const round = cosigning([one]);
      await grow(3);
      await round.round();
      expect((await newest()).has(one)).toBe(false);
      one.port.addCheckpoint = good;
      clock.advance(EVERY_MS);
      await round.round();
      expect((await newest()).has(one)).toBe(true);
      expect(one.asked).toEqual(['old 0', 'old 0', 'old 3']);
    });

    it('are not asked for a third time when it tells yet another', async () => {
      const one = saying('one', 409, '2\n');
      await grow(3);
      await cosigning([one]).round();
      expect(one.asked).toEqual(['old 0', 'old 2']);
      expect(said('witness.failed')).toEqual(['witness-size-moved']);
    });
  });

  describe('with a witness that lies', () => {
    const foreign = noteSigner('lienthong.test/synclog', generateKeyPairSync('ed25519').privateKey);
    const forged = `${foreign.name}\n999\n${Buffer.alloc(32).toString('base64')}\n`;
    const underId = (keyId: Buffer): string =>
      `${forged}\n— ${foreign.name} ${Buffer.concat([keyId, foreign.sign(Buffer.from(forged))]).toString('base64')}\n`;

    it.each<[string, () => Bench, unknown[]]>([
      ['that it has more', () => saying('liar', 409, '999\n', 'nonsense'), ['synclog-behind']],
      [
        'that it has more, with a checkpoint of another key',
        () => saying('liar', 409, '999\n', underId(foreign.keyId)),
        ['synclog-behind'],
      ],
      ['that it has more, in our name', () => saying('liar', 409, '999\n', underId(SIGNER.keyId)), ['synclog-behind']],
      ['that we are another log', () => saying('liar', 422), ['synclog-forked']],
      ['that it has cosigned', () => saying('liar', 200, 'yes\n'), []],
      ['that it has cosigned, in the name of another', () => saying('liar', 200, keyOf('one').cosign('x\n', 1)), []],
    ])('%s: it is heard, not believed, and the log goes on', async (_what, liarOf, refused) => {
      const [one, liar] = [honest('one'), liarOf()];
      const round = cosigning([liar, one]);
      await grow(3);
      await round.round();
      expect(said('witness.refused')).toEqual(refused);
      await grow(4);
      await round.round();
      const checkpoint = await newest();
      expect([checkpoint.size, checkpoint.has(one), checkpoint.has(liar)]).toEqual([7, true, false]);
    });
  });

  describe('with a witness that has cosigned what a stolen key went on with', () => {
    const stolen = noteSigner(SIGNER.name, generateKeyPairSync('ed25519').privateKey);
    const forged = signNote(`${stolen.name}\n999\n${Buffer.alloc(32).toString('base64')}\n`, stolen);
    const replaced = (overlapMs: number): LogKeys => {
      const keys = { origin: stolen.name, oldKey: stolen.vkey, newKey: SIGNER.vkey };
      const [at, until] = [0, overlapMs].map((ms) => new Date(clock.now().getTime() + ms).toISOString());
      const statement = signStatement({ ...keys, fromSize: 0, at, until }, { old: stolen, next: SIGNER });
      const chain = { first: stolen.vkey, statements: [statement] };
      return () => ({ name: stolen.name, current: SIGNER, previous: [], chain });
    };

    it('go on when that key was replaced', async () => {
      const round = cosigning([saying('one', 409, '999\n', forged)], replaced(0));
      await grow(3);
      await round.round();
      expect(said('witness.foreign')).toHaveLength(2);
      await grow(4);
      expect((await newest()).size).toBe(7);
    });

    it('are stopped by it while the key still signs', async () => {
      const round = cosigning([saying('one', 409, '999\n', forged)], replaced(3_600_000));
      await grow(3);
      await round.round();
      await expect(sealer.round()).rejects.toMatchObject({ code: 'synclog-behind' });
    });
  });

  describe('after the database was set back', () => {
    async function setBackTo(size: number): Promise<void> {
      await asOwner("update synclog_head set size = 0, root = sha256(''), partials = '{}'");
      await asOwner('delete from synclog_cosignature');
      await asOwner('delete from synclog_witness');
      await asOwner('delete from synclog_checkpoint');
      await asOwner(`delete from synclog_leaf where leaf_index >= ${size}`);
      sealer = newSealer();
    }

    it('are not signed any more once a witness has shown what was published', async () => {
      const one = honest('one');
      await grow(20);
      await cosigning([one]).round();
      await setBackTo(10);
      await sealer.round();
      await cosigning([one]).round();
      await expect(sealer.round()).rejects.toMatchObject({ code: 'synclog-behind' });
      await expect(sealer.round()).rejects.toMatchObject({ code: 'synclog-behind' });
    });

    it('are not signed any more by a sealer that was running, when the witness refuses', async () => {
      const one = honest('one');
      const round = cosigning([one]);
      await grow(20);
      await round.round();
      await setBackTo(10);
      await sealer.round();
      clock.advance(EVERY_MS);
      await asOwner(`insert into synclog_witness (witness, size, failures, ask_after)
        values ('${one.witness.vkey}', 5, 0, '-infinity')`);
      await round.round();
      expect(said('witness.refused')).toEqual(['synclog-behind']);
      await expect(sealer.round()).rejects.toMatchObject({ code: 'synclog-behind' });
    });

    it('are not signed any more when the log has grown again to other entries', async () => {
      const one = honest('one');
      const round = cosigning([one]);
      await grow(20);
      await round.round();
      await setBackTo(20);
      await asOwner(
        `update synclog_entry set bytes = 'x' where id = (select entry_id from synclog_leaf where leaf_index = 7)`,
      );
      await grow(20);
      await asOwner(`insert into synclog_witness (witness, size, failures, ask_after)
        values ('${one.witness.vkey}', 0, 0, '-infinity')`);
      await round.round();
      expect(said('witness.refused')).toEqual(['synclog-forked']);
      await expect(sealer.round()).rejects.toMatchObject({ code: 'synclog-forked' });
      expect(one.asked).toEqual(['old 0', 'old 0', 'old 20']);
    });
  });

  it('keep their cosignatures: the application can neither change nor delete them', async () => {
    const one = honest('one');
    await grow(3);
    await cosigning([one]).round();
    for (const statement of [
      'update synclog_cosignature set line = line',
      'delete from synclog_cosignature',
      'truncate synclog_cosignature',
      'delete from synclog_witness',
    ])
      await expect(test.db.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
