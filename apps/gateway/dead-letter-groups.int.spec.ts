import { fixedClock } from '#testing';
import { storeDelivery } from '../../test/support/stored-delivery';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const clock = fixedClock();

interface Dead {
  unit?: string;
  reasonCode: string;
  fields?: { field: string; problem: string }[];
  status?: string;
}

describe('groups of dead letters', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway({ clock });
    await gateway.addClient({ id: 'other-commune', roles: ['operator'], units: ['99002'] });
  }, 60_000);
  afterAll(() => gateway.stop());
  let count = 0;

  async function dead({ unit = '99001', reasonCode, fields, status = 'dead' }: Dead): Promise<void> {
    await gateway.parts.db.run(async (tx) => {
      const delivery = { unit, partner: 'hotich', operation: 'submit-registration', number: (count += 1) } as const;
      const dossierId = await storeDelivery(tx, delivery, { ...gateway.parts, clock });
      await tx.execute(
        `update delivery set status = $2, due_at = case when $2 = 'waiting' then $5::timestamptz end, reason_code = $3, fields = $4,
           last_attempt_at = $5 where dossier_id = $1`,
        [dossierId, status, reasonCode, fields === undefined ? null : JSON.stringify(fields), clock.now()],
      );
    });
    clock.advance(60_000);
  }
  const groups = async (clientId = 'operator', query = '') =>
    (
      await gateway.app.inject({
        url: `/api/v1/dead-letters/groups${query}`,
        headers: { authorization: `Bearer ${await gateway.token(clientId)}` },
      })
    ).json<{ items: Record<string, unknown>[] }>().items;

  it('tell cause, field, who must act and the fix, count what belongs together, and leave the unknown to itself', async () => {
    const format = [{ field: 'ngayCapGCS', problem: 'wrong-format' }];
    const ethnic = [
      { field: 'meDanToc', problem: 'not-in-catalogue' },
      { field: 'nksHoTen', problem: 'too-long' },
    ];
    await dead({ reasonCode: 'hotich.validation.wrong-format', fields: format });
    await dead({ reasonCode: 'hotich.validation.wrong-format-2', fields: format, unit: '99002' });
    await dead({ reasonCode: 'hotich.validation.not-in-catalogue', fields: ethnic });
    await dead({ reasonCode: 'hotich.nobody-described-this' });
    await dead({ reasonCode: 'http.5xx', status: 'waiting' });
    const found = await groups();
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject({
      cause: {
        id: 'field-wrong-format',
        label: 'Sai định dạng',
        explanation: 'Trường ngayCapGCS không đúng định dạng mà Hộ tịch yêu cầu.',
        responsible: 'one-stop',
      },
      partner: 'hotich',
      operation: 'submit-registration',
      reasonCodes: ['hotich.validation.wrong-format', 'hotich.validation.wrong-format-2'],
      field: 'ngayCapGCS',
      problem: 'wrong-format',
      count: 2,
      dossiers: 2,
      units: ['99001', '99002'],
    });
    expect(Date.parse(String(found[0].lastSeen)) - Date.parse(String(found[0].firstSeen))).toBe(60_000);
    expect(found.slice(1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          cause: expect.objectContaining({ id: 'value-not-in-catalogue', responsible: 'province' }),
          count: 1,
        }),
        expect.objectContaining({ cause: null, reasonCodes: ['hotich.nobody-described-this'], count: 1 }),
      ]),
    );
    expect((await groups()).map(({ key }) => key)).toEqual(found.map(({ key }) => key));
  });

  it('come in pages like every list', async () => {
    const all = (await groups()).map(({ key }) => key);
    const pages = [await groups('operator', '?limit=2'), await groups('operator', '?limit=2&after=2')];
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    expect(pages.flat().map(({ key }) => key)).toEqual(all);
  });

  it('are those of the caller’s communes, and of one partner when asked for', async () => {
    expect(await groups('other-commune')).toMatchObject([{ count: 1, units: ['99002'] }]);
    expect(await groups('manager', '?partner=hotich')).toHaveLength(3);
    expect(await groups('manager', '?partner=dvclt')).toEqual([]);
  });
});
