import { readFileSync } from 'node:fs';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { certificateFolder, fixedClock, type CertificateFolder } from '#testing';
import { silentLog, WatchedTls } from '#platform';
import { createAxiosHttp, type ClosableHttp } from './axios-http';

/** A partner that serves nobody without a client certificate of its authority. */
describe('a partner that asks for a client certificate', () => {
  let folder: CertificateFolder;
  let server: https.Server;
  const seen: (string | undefined)[] = [];
  const open: ClosableHttp[] = [];

  beforeAll(async () => {
    folder = certificateFolder();
    server = https.createServer(
      { ...folder.issue('partner'), ca: readFileSync(folder.caFile), requestCert: true },
      (request, response) => {
        seen.push((request.socket as TLSSocket).getPeerX509Certificate()?.subject);
        response.end('{}');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const http of open) http.close();
    await new Promise((resolve) => server.close(resolve));
    folder.remove();
  });

  const watched = (files: { certificateFile: string; keyFile: string }, caPath = folder.caFile) =>
    new WatchedTls({
      use: 'dvclt',
      files: { certificatePath: files.certificateFile, keyPath: files.keyFile, caPath },
      clock: fixedClock(new Date()),
      log: silentLog,
    });
  const poolWith = (tls?: WatchedTls): ClosableHttp => {
    const http = createAxiosHttp({ maxSockets: 2, connectTimeoutMs: 2_000, idleTimeoutMs: 50, tls });
    open.push(http);
    return http;
  };
  const call = (http: ClosableHttp) =>
    http.call({
      method: 'POST',
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/path`,
      headers: { connection: 'close' },
      body: Buffer.from('{}'),
      signal: AbortSignal.timeout(5_000),
      maxAnswerBytes: 1_000,
    });

  it('is shown ours, and is believed by the authority of its file', async () => {
    const files = folder.write('first', folder.issue('first'));
    expect(await call(poolWith(watched(files)))).toMatchObject({ kind: 'answer', status: 200 });
    expect(seen.at(-1)).toBe('CN=first');
  });

  it('is shown the new one in the next connection after the files have changed, without a restart', async () => {
    const files = folder.write('renewed', folder.issue('before'));
    const tls = watched(files);
    const http = poolWith(tls);
    await call(http);
    folder.write('renewed', folder.issue('after'));
    tls.look();
    await call(http);
    expect(seen.slice(-2)).toEqual(['CN=before', 'CN=after']);
  });

  it('is not spoken to when another authority stands behind it', async () => {
    const stranger = certificateFolder();
    const result = await call(poolWith(watched(folder.write('own', folder.issue('own')), stranger.caFile)));
    expect(result).toMatchObject({ kind: 'not-written' });
    stranger.remove();
  });
});
