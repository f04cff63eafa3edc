import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { silentLog, systemClock } from '#platform';
import { temporaryDir } from '#testing';
import { checkpointText } from '../../tlog/checkpoint';
import { ed25519FromSeed, isSignedBy, noteSigner, parseNote, parseVerifierKey, signNote } from '../../tlog/signed-note';
import { leafHash, rootOf } from '../../tlog/tree-hash';
import { trustLog } from '../app/trust-log';
import { ensureWitnessKey, fileWitnessKey } from './file-witness-key';
import { FileWitnessStore } from './file-witness-store';
import { witnessServer } from './witness-server';

interface Vectors {
  roots: Record<string, string>;
  logSeed: string;
  logVkey: string;
  addCheckpointBodyFrom300To1000: string;
}

const VECTORS = JSON.parse(readFileSync(join(__dirname, '../../tlog/testing/tlog-vectors.json'), 'utf8')) as Vectors;
const ORIGIN = 'lienthong.example/synclog';
const LOG_ID = createHash('sha256').update(ORIGIN).digest('hex');
const SIGNER = noteSigner(ORIGIN, ed25519FromSeed(Buffer.from(VECTORS.logSeed, 'hex')));
const checkpoint = (size: number, root: Uint8Array): string =>
  signNote(checkpointText({ origin: ORIGIN, size, root }), SIGNER);
const FIRST = `old 0\n\n${checkpoint(300, Buffer.from(VECTORS.roots['300'], 'hex'))}`;

describe('a witness that serves', () => {
  let dir: string;
  let server: Server;
  let url: string;
  let vkey: string;

  async function serve(): Promise<void> {
    const store = new FileWitnessStore(dir);
    store.forgetDrafts();
    const cosigner = fileWitnessKey(dir)!;
    vkey = cosigner.vkey;
    server = witnessServer({ cosigner, store, clock: systemClock, log: silentLog }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  async function end(): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  beforeEach(async () => {
    dir = temporaryDir('witness');
    ensureWitnessKey(dir, 'witness.example');
    trustLog(new FileWitnessStore(dir), VECTORS.logVkey);
    await serve();
  });
  afterEach(end);

  async function add(body: string): Promise<{ status: number; type: string | null; text: string }> {
    const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  }
  const latest = () => fetch(`${url}/${LOG_ID}/checkpoint`);

  it('cosigns, and gives everybody what it has cosigned last', async () => {
    expect((await latest()).status).toBe(404);
    expect(await add(FIRST)).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    const { status, text } = await add(VECTORS.addCheckpointBodyFrom300To1000);
    expect(status).toBe(200);
    const kept = await latest();
    expect(kept.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const note = await kept.text();
    expect(note.endsWith(text)).toBe(true);
    for (const key of [VECTORS.logVkey, vkey]) expect(isSignedBy(parseNote(note), parseVerifierKey(key))).toBe(true);
  });

  it('says its size in a form of its own', async () => {
    expect(await add(VECTORS.addCheckpointBodyFrom300To1000)).toEqual({
      status: 409,
      type: 'text/x.tlog.size',
      text: '0\n',
    });
  });

  it('knows after a restart what it has cosigned', async () => {
    await add(FIRST);
    await end();
    await serve();
    expect(await add(FIRST)).toMatchObject({ status: 409, text: '300\n' });
    expect((await add(VECTORS.addCheckpointBodyFrom300To1000)).status).toBe(200);
  });

  it('trusts a log that it is told of while it serves', async () => {
    const other = noteSigner('other.example', ed25519FromSeed(Buffer.alloc(32, 7)));
    const note = signNote(checkpointText({ origin: other.name, size: 0, root: rootOf([]) }), other);
    expect((await add(`old 0\n\n${note}`)).status).toBe(404);
    trustLog(new FileWitnessStore(dir), other.vkey);
    expect((await add(`old 0\n\n${note}`)).status).toBe(200);
  });

  it('cosigns one of many histories that are brought at once', async () => {
    const histories = Array.from({ length: 20 }, (_, at) => rootOf([leafHash(Buffer.from(`history ${at}`))]));
    const answers = await Promise.all(histories.map((root) => add(`old 0\n\n${checkpoint(1, root)}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(409)]);
  });

  it('takes a body of 64 KiB at most', async () => {
    expect((await add('x'.repeat(65_536))).status).toBe(400);
    expect((await add('x'.repeat(65_537))).status).toBe(413);
    expect((await add(FIRST)).status).toBe(200);
  });

  it.each([
    ['GET', '/add-checkpoint'],
    ['POST', `/${LOG_ID}/checkpoint`],
    ['GET', '/'],
    ['GET', '/..%2fwitness.json'],
    ['GET', `/${LOG_ID.toUpperCase()}/checkpoint`],
  ])('answers 404 to %s %s', async (method, path) => {
    await add(FIRST);
    expect((await fetch(url + path, { method })).status).toBe(404);
  });

  it('signs nothing when it cannot read what it has signed', async () => {
    await add(FIRST);
    const path = join(dir, 'checkpoints', LOG_ID);
    await end();
    writeFileSync(path, 'half a check');
    await serve();
    expect(await add(FIRST)).toMatchObject({ status: 500, text: '' });
    expect(readFileSync(path, 'utf8')).toBe('half a check');
  });

  it('goes on when a request is cut', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 1000\r\n\r\nold 0\n');
    await once(server, 'request');
    socket.destroy();
    expect((await add(FIRST)).status).toBe(200);
  });
});
