import { createPrivateKey } from 'node:crypto';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAxiosHttp } from './axios-http';

/** Made for this test: signed by itself, for 127.0.0.1, valid for a hundred years. It opens nothing. */
const CERTIFICATE = [
  'MIIBojCCAUegAwIBAgIUEcpF1hNlVpSRoVo/L15TO+NDQy4wCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMcGFydG5lci50ZXN0MCAX',
  'DTI2MTEyNTE5MDE0N1oYDzIxMjYxMTAxMTkwMTQ3WjAXMRUwEwYDVQQDDAxwYXJ0bmVyLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO',
  'PQMBBwNCAARZSrSULId58sX7EHedw/voxPX0FPY3lwbcMCN427MCfASBCiUf7LD6IVcAgVh5cc5G+5DvS/7AF39u1pMdEZn3o28w',
  'bTAdBgNVHQ4EFgQUvsOGUpN7aaPylmvBkJ1D9U6s4RAwHwYDVR0jBBgwFoAUvsOGUpN7aaPylmvBkJ1D9U6s4RAwDwYDVR0TAQH/',
  'BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDSQAwRgIhAKzvbtgTbmslvZhH/p7RYruQGG4o',
  'Ya3iIyMY5rugVkXUAiEA5L1dztMqkxmkTqg51LH51k8eNctruC+Z8m6JWlym/Jg=',
].join('');
const KEY = [
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgd6wy7mFW4DIll0mM3O9BTip1o5IRVzxKmxyNAyxHFiehRANCAARZ',
  'SrSULId58sX7EHedw/voxPX0FPY3lwbcMCN427MCfASBCiUf7LD6IVcAgVh5cc5G+5DvS/7AF39u1pMdEZn3',
].join('');

const certificate = `-----BEGIN CERTIFICATE-----
${CERTIFICATE}
-----END CERTIFICATE-----
`;
const key = createPrivateKey({ key: Buffer.from(KEY, 'base64'), format: 'der', type: 'pkcs8' }).export({
  format: 'pem',
  type: 'pkcs8',
});

describe('a partner whose certificate nobody vouches for', () => {
  it('is not spoken to: the call fails before a byte of it is written, and can be tried again safely [Q40]', async () => {
    let requests = 0;
    const server = https.createServer({ key, cert: certificate }, (_request, response) => {
      requests += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const http = createAxiosHttp({ maxSockets: 2, connectTimeoutMs: 2_000 });
    try {
      const result = await http.call({
        method: 'POST',
        url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/path`,
        headers: { Authorization: 'Bearer token-sample' },
        body: Buffer.from('{}'),
        signal: AbortSignal.timeout(5_000),
        maxAnswerBytes: 1_000,
      });
      expect(result).toEqual({ kind: 'not-written', code: 'depth-zero-self-signed-cert' });
      expect(requests).toBe(0);
    } finally {
      http.close();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
