import { fieldsOf } from '../server/fields';
import { portalItem, statusPush } from '../testing/messages';
import { Stage } from '../testing/stage';

const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const push = () => stage.province.status(statusPush(stage.simCase, CODE, 1));

describe('maxBytes', () => {
  it.each([
    ['dvclt', 'status', { status: 500, errors: { soHoSoLT: ['Dung lượng dữ liệu vượt quá giới hạn cho phép'] } }],
    [
      'hotich',
      'nhanHoSoDKHT',
      { errorCode: '1001', errorDescription: 'Dung lượng dữ liệu vượt quá giới hạn cho phép' },
    ],
    ['dvcqg', 'DongBoHoSoMC', { error_code: -1, message: 'Dung lượng dữ liệu vượt quá giới hạn cho phép' }],
    ['onestop', 'traCuuHoSo', { status: '0', errorCode: 'TOO_LARGE' }],
  ])(
    'refuses a request of %s that is larger, in HTTP 200 and without effect [Q21]',
    async (system, operation, body) => {
      const send = {
        dvclt: push,
        hotich: () => stage.province.hotich('nhanHoSoDKHT', { data: 'x'.repeat(300) }),
        dvcqg: () => stage.province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1)] }),
        onestop: () => stage.province.onestop('POST', 'traCuuHoSo', { maHoSo: [CODE.repeat(20)] }),
      }[system]!;
      await stage.province.fault({ system, operation, switch: 'maxBytes', value: 200, nth: 1 });
      expect(await send()).toMatchObject({ status: 200, json: body });
      expect(stage.simulators.ledger.totals()).toEqual([]);
      await stage.province.fault({ system, operation, switch: 'maxBytes', value: 1_000_000 });
      expect(JSON.stringify((await send()).json)).not.toContain('Dung lượng');
    },
  );

  it('can be a page of the platform with HTTP 413', async () => {
    await stage.province.fault({ system: 'dvclt', operation: 'status', switch: 'maxBytes', value: '413:10', nth: 1 });
    expect(await push()).toMatchObject({ status: 413, text: expect.stringContaining('<html>') });
  });
});

describe('slowMs', () => {
  it('waits before the work or lets the answer trickle after it [Q40]', async () => {
    const rule = { system: 'dvclt', operation: 'status', switch: 'slowMs' };
    await stage.province.fault({ ...rule, value: 'drip:120', nth: 1 }, { ...rule, value: 'wait:60', nth: 2 });
    // The second push repeats the status at which the dossier stands.
    for (const [leastMs, status] of [
      [100, 200],
      [55, 400],
    ]) {
      const sinceMs = Date.now();
      expect(fieldsOf((await push()).json)).toMatchObject({ status, traceId: expect.any(String) as string });
      expect(Date.now() - sinceMs).toBeGreaterThanOrEqual(leastMs);
    }
    expect(stage.order('dvclt', 'status')).toEqual([1]);
  });

  it('has applied a dripping write before the first byte, and sends the head at once', async () => {
    await stage.province.fault({ system: 'dvclt', operation: 'status', switch: 'slowMs', value: 'drip:60000', nth: 1 });
    const { status, body } = await fetchHead();
    expect([status, stage.order('dvclt', 'status')]).toEqual([200, [1]]);
    await body.cancel();
  });

  async function fetchHead(): Promise<{ status: number; body: ReadableStream }> {
    const { username, password } = stage.simulators.credentials.dvclt;
    const logIn = await stage.province.ask('POST', '/dvclt/api/token/gettoken', {
      body: { userName: username, password },
    });
    const answer = await fetch(`${stage.simulators.url}/dvclt/api/lienthongdvclt/capnhattrangthaihosohotich`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(fieldsOf(logIn.json)['token'])}` },
      body: JSON.stringify(statusPush(stage.simCase, CODE, 1)),
    });
    return { status: answer.status, body: answer.body! };
  }
});

describe('expiresVariant', () => {
  it.each([
    ['seconds', /^3600$/, 'number'],
    ['digits', /^3600$/, 'string'],
    ['epoch', /^\d{10}$/, 'number'],
    ['text', /^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/, 'string'],
  ])('tells the end of a token as %s [Q41]', async (value, form, type) => {
    await stage.province.fault(
      { system: 'dvclt', operation: 'statusToken', switch: 'expiresVariant', value },
      { system: 'hotich', switch: 'expiresVariant', value },
      { system: 'onestop', switch: 'expiresVariant', value },
    );
    for (const expiry of await expiries())
      expect([typeof expiry, String(expiry)]).toEqual([type, expect.stringMatching(form)]);
  });

  it('is the usual form where it does not fire', async () => {
    expect(await expiries()).toEqual([expect.stringContaining('T'), 3_600, expect.stringContaining('T')]);
  });

  async function expiries(): Promise<unknown[]> {
    const { dvclt, hotich, onestop } = stage.simulators.credentials;
    const basic = Buffer.from(`${hotich.username}:${hotich.password}`).toString('base64');
    const [first, second, third] = [
      await stage.province.ask('POST', '/dvclt/api/token/getstatustoken', {
        body: { SecretId: dvclt.username, SecretPass: dvclt.password },
      }),
      await stage.province.ask('POST', '/hotich/token', {
        headers: { authorization: `Basic ${basic}` },
        text: 'grant_type=client_credentials',
      }),
      await stage.province.ask('POST', '/onestop/api/token/gettoken', {
        body: { userName: onestop.username, password: onestop.password },
      }),
    ];
    return [
      fieldsOf(first.json)['expiration'],
      fieldsOf(second.json)['expires_in'],
      fieldsOf(third.json)['expiration'],
    ];
  }
});

describe('requireSecondHeader', () => {
  const pollWith = (lgspaccesstoken?: string) => {
    const headers = {
      ...stage.province.headersOf('hotich'),
      ...(lgspaccesstoken === undefined ? {} : { lgspaccesstoken }),
    };
    return stage.province.ask('POST', '/hotich/apiLienThongKSKT/1.0/layKetQuaDKHT', { headers, body: {} });
  };

  it('is always on, and looks at nothing where it is switched off [Q05]', async () => {
    expect((await pollWith()).status).toBe(401);
    expect((await pollWith('AAAA')).status).toBe(401);
    await stage.province.fault({ system: 'hotich', switch: 'requireSecondHeader', value: false, nth: 1 });
    expect((await pollWith()).status).toBe(200);
    expect((await pollWith()).status).toBe(401);
  });

  it('refuses the right one where it was revoked, whatever the other token is worth', async () => {
    await stage.province.fault({ system: 'hotich', switch: 'requireSecondHeader', value: 'revoked' });
    const answer = await stage.province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: [CODE] });
    expect(answer).toMatchObject({ status: 401, json: { errorCode: '100' } });
  });
});

describe('textVariant', () => {
  it.each([
    ['case', 'cẬP NHẬT TRẠNG THÁI THÀNH CÔNG'],
    ['nfd', 'Cập nhật trạng thái thành công'.normalize('NFD')],
    ['spaces', ' Cập  nhật  trạng  thái  thành  công '],
    ['Đã ghi nhận', 'Đã ghi nhận'],
  ])('spells the message as %s [Q44]', async (value, title) => {
    await stage.province.fault({ system: 'dvclt', operation: 'status', switch: 'textVariant', value, nth: 1 });
    expect((await push()).json).toMatchObject({ status: 200, title });
  });
});
