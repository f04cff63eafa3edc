import { AppError, silentLog } from '#platform';
import { fixedClock } from '#testing';
import { shippedConfig } from '../testing/partner-config';
import { answer, scriptedHttp, type ScriptedHttp } from '../testing/scripted-http';
import type { HttpResult } from './http-port';
import { PartnerCalls, type CallPlan, type PartnerReply } from './partner-call';
import { TokenSource } from './token-source';

const clock = fixedClock();
const never = (): AbortSignal => new AbortController().signal;

function planned(
  http: ScriptedHttp,
  over: Partial<CallPlan> = {},
): { run: (mayWrite?: () => boolean) => Promise<PartnerReply>; logIns: () => number } {
  let logIns = 0;
  const tokens = new TokenSource({
    name: 'x',
    deadlineMs: 1_000,
    clock,
    log: silentLog,
    obtain: async () => ({ value: `token-${++logIns}` }),
  });
  const calls = new PartnerCalls({ config: shippedConfig('dvclt'), http, clock });
  const plan: CallPlan = {
    isWrite: true,
    tokens,
    build: (token) => ({
      method: 'POST',
      url: 'http://dvclt.test/x',
      headers: { Authorization: token },
      body: Buffer.from('{}'),
    }),
    ...over,
  };
  return { run: (mayWrite) => calls.call(plan, never(), mayWrite), logIns: () => logIns };
}

describe('PartnerCalls', () => {
  it('gives the JSON of an answer with its status and bytes', async () => {
    const { run } = planned(scriptedHttp([answer(400, { title: 'x' })]));
    expect(await run()).toMatchObject({ kind: 'json', httpStatus: 400, json: { title: 'x' }, isRenewed: false });
  });

  const lost = { write: 'unknown', read: 'retry' };
  const safe = { write: 'retry', read: 'retry' };
  it.each<[string, HttpResult, { write: string; read: string; reasonCode: string; wire: string }]>([
    [
      'nothing written',
      { kind: 'not-written', code: 'econnrefused' },
      { ...safe, reasonCode: 'wire.econnrefused', wire: 'not-written' },
    ],
    [
      'written, no answer',
      { kind: 'written', code: 'deadline' },
      { ...lost, reasonCode: 'wire.deadline', wire: 'written' },
    ],
    ['a cut answer', { kind: 'written', code: 'cut' }, { ...lost, reasonCode: 'wire.cut', wire: 'written' }],
    ['502', answer(502, { title: 'Cập nhật thành công' }), { ...lost, reasonCode: 'http.5xx', wire: 'answered' }],
    ['a redirect', answer(302, ''), { ...lost, reasonCode: 'http.redirect', wire: 'answered' }],
    [
      'an HTML page in 200',
      answer(200, '<html>thành công</html>'),
      { ...lost, reasonCode: 'answer.not-json', wire: 'answered' },
    ],
    [
      'more values than any answer has',
      answer(200, `{"data":[${'[],'.repeat(600_000)}[]]}`),
      { ...lost, reasonCode: 'answer.too-many-values', wire: 'answered' },
    ],
    ['a JSON array', answer(200, '[]'), { ...lost, reasonCode: 'answer.not-json', wire: 'answered' }],
    ['nothing in 200', answer(204, ''), { ...lost, reasonCode: 'answer.not-json', wire: 'answered' }],
    ['404 without JSON', answer(404, 'Not Found'), { ...lost, reasonCode: 'answer.not-json', wire: 'answered' }],
    ['429', answer(429, {}), { ...safe, reasonCode: 'http.429', wire: 'answered' }],
  ])('%s', async (_name, result, { write, read, ...facts }) => {
    expect(await planned(scriptedHttp([result])).run()).toMatchObject({
      kind: 'failed',
      result: { outcome: write, ...facts },
    });
    expect(await planned(scriptedHttp([result]), { isWrite: false }).run()).toMatchObject({
      kind: 'failed',
      result: { outcome: read, ...facts },
    });
  });

  it.each([
    ['seconds', '7', 7_000],
    ['an HTTP date', new Date(clock.now().getTime() + 90_000).toUTCString(), 90_000],
    ['a date in the past', new Date(clock.now().getTime() - 90_000).toUTCString(), 0],
    ['nonsense', 'soon', undefined],
  ])('Retry-After as %s is honoured as given [Q32]', async (_name, header, expected) => {
    const { run } = planned(scriptedHttp([answer(429, {}, { 'retry-after': header })]));
    const reply = await run();
    expect(reply.kind === 'failed' && reply.result.retryAfterMs).toBe(expected);
  });

  it('renews a dead token and repeats once, with the new token [Q04]', async () => {
    const http = scriptedHttp([answer(401, {}), answer(200, { ok: 1 })]);
    const { run, logIns } = planned(http);
    expect(await run()).toMatchObject({ kind: 'json', isRenewed: true });
    expect(http.requests.map((request) => request.headers['Authorization'])).toEqual(['token-1', 'token-2']);
    expect(logIns()).toBe(2);
  });

  it('a 401 after the renewal waits: never a loop [Q03 Q04]', async () => {
    const http = scriptedHttp([answer(401, {}), answer(401, {})]);
    expect(await planned(http).run()).toMatchObject({
      kind: 'failed',
      result: { outcome: 'retry', reasonCode: 'auth.refused' },
    });
    expect(http.requests).toHaveLength(2);
  });

  it('a dead token hidden in HTTP 200 is recognised by the adapter [Q03]', async () => {
    const http = scriptedHttp([answer(200, { dead: true }), answer(200, { ok: 1 })]);
    const { run } = planned(http, { isDeadToken: (json) => json['dead'] === true });
    expect(await run()).toMatchObject({ kind: 'json', json: { ok: 1 }, isRenewed: true });
  });

  it('asks for the lease again before the repetition', async () => {
    let asked = 0;
    const http = scriptedHttp([answer(401, {}), answer(200, {})]);
    expect(await planned(http).run(() => ++asked < 2)).toMatchObject({
      result: { outcome: 'retry', wire: 'not-written', reasonCode: 'wire.lease-lost' },
    });
  });

  it('a failed log-in writes nothing', async () => {
    const http = scriptedHttp([]);
    const tokens = new TokenSource({
      name: 'x',
      deadlineMs: 10,
      clock,
      log: silentLog,
      obtain: () => Promise.reject(new AppError({ code: 'auth.refused', disposition: 'retry' })),
    });
    expect(await planned(http, { tokens }).run()).toMatchObject({
      kind: 'failed',
      result: { outcome: 'retry', wire: 'not-written', reasonCode: 'auth.refused' },
    });
    expect(http.requests).toHaveLength(0);
  });

  it('a request over the limit is not sent [Q21]', async () => {
    const http = scriptedHttp([]);
    const body = Buffer.alloc(shippedConfig('dvclt').limits.maxRequestBytes + 1);
    const { run } = planned(http, { build: () => ({ method: 'POST', url: 'http://dvclt.test/', body }) });
    expect(await run()).toMatchObject({
      result: { outcome: 'refused', wire: 'not-written', reasonCode: 'request.too-large' },
    });
  });

  it.each([
    ['before its first day', { validFrom: '2026-03-03' }],
    ['after its last day', { validTo: '2026-03-01' }],
  ])('a partner is not called %s', async (_name, dates) => {
    const http = scriptedHttp([answer(200, {})]);
    const tokens = new TokenSource({
      name: 'x',
      deadlineMs: 10,
      clock,
      log: silentLog,
      obtain: async () => ({ value: 't' }),
    });
    const calls = new PartnerCalls({ config: shippedConfig('dvclt', dates), http, clock });
    const reply = await calls.call(
      { isWrite: true, tokens, build: () => ({ method: 'POST', url: 'http://dvclt.test/' }) },
      never(),
    );
    expect(reply).toMatchObject({
      kind: 'failed',
      result: { outcome: 'retry', wire: 'not-written', reasonCode: 'partner.out-of-validity' },
    });
    expect(http.requests).toHaveLength(0);
  });
});
