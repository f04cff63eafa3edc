import { fixedClock } from '#testing';
import { depsOf } from '../testing/deps-of';
import { answerOf, startStub } from '../testing/stub-server';
import { createDvclt } from './create-dvclt';

describe('the list of DVCLT on the wire', () => {
  // A real server: nock drops the body of a GET.
  it('is a GET that carries the JSON body {} below the path of the base URL [Q33]', async () => {
    const stub = await startStub((socket, text) => {
      const isToken = text.startsWith('POST /dvclt/api/token/gettoken ');
      socket.write(answerOf(200, isToken ? '{"token":"token-1"}' : '{"data":[]}'));
    });
    const deps = depsOf('dvclt', fixedClock(), (config) => ({ ...config, baseUrl: `${stub.url}/dvclt/` }));
    try {
      expect((await createDvclt(deps).source.list(AbortSignal.timeout(3_000))).items).toEqual([]);
      const list = stub.received().slice(stub.received().indexOf('GET '));
      expect(list).toMatch(/^GET \/dvclt\/api\/lienthongdvclt\/hosolienthong HTTP\/1\.1\r\n/);
      expect(list).toMatch(/\r\nAuthorization: Bearer token-1\r\n/);
      expect(list).toMatch(/\r\nContent-Type: application\/json[^\r]*\r\n/);
      expect(list).toMatch(/\r\nContent-Length: 2\r\n/);
      expect(list).toMatch(/\r\n\r\n\{\}$/);
    } finally {
      deps.http.close();
      await stub.close();
    }
  });
});
