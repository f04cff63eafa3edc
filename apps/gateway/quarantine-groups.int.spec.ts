import { fixedClock, type FixedClock } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

interface Item {
  stage?: string;
  reasonCode?: string;
  field?: string | null;
  unit?: string | null;
  source?: string;
  state?: string;
}

interface Answer {
  statusCode: number;
  body: Record<string, unknown>;
}

const DAY_MS = 24 * 3_600_000;
const UNKNOWN_ID = '01a21437-264f-72ea-8fcc-260803daab38';

describe('groups of quarantine', () => {
  let gateway: TestGateway;
  let clock: FixedClock;
  let serial = 0;
  beforeAll(async () => {
    clock = fixedClock();
    gateway = await testGateway({ clock });
    await gateway.addClient({ id: 'operator2', roles: ['operator'] });
    await gateway.addClient({ id: 'both', roles: ['operator', 'approver'] });
  }, 60_000);
  beforeEach(() => gateway.parts.db.execute('delete from quarantine'));
  afterAll(() => gateway.stop());

  async function quarantined(item: Item = {}): Promise<string> {
    const { stage = 'unit', reasonCode = 'unit-unknown', field = 'unit', unit = '88888' } = item;
    const { source = 'dvclt', state = 'open' } = item;
    const { db, ids } = gateway.parts;
    const id = ids.next();
    const code = `G22.99.08-260309-${String((serial += 1)).padStart(6, '0')}`;
    await db.execute(
      `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, field, responsible, unit, first_seen, last_seen, seen, state)
       values ($1, $2, $3, $4, $5, $6, 'the unit is not configured for this date', $7, 'province', $8, $9, $9, 1, $10)`,
      [id, source, code, JSON.stringify({ dvclt: code }), stage, reasonCode, field, unit, clock.now(), state],
    );
    return id;
  }
  const many = (count: number, item?: Item): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, () => quarantined(item))).then((ids) => ids.sort());
  async function call(
    as: string,
    path: string,
    payload?: object,
    key: string | null = `k-${(serial += 1)}`,
  ): Promise<Answer> {
    const answer = await gateway.app.inject({
      method: payload === undefined ? 'GET' : 'POST',
      url: `/api/v1/quarantine${path}`,
      headers: {
        authorization: `Bearer ${await gateway.token(as)}`,
        ...(key === null ? {} : { 'idempotency-key': key }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    return { statusCode: answer.statusCode, body: answer.json() };
  }
  const groups = async (): Promise<Record<string, unknown>[]> =>
    (await call('operator', '/groups')).body.items as Record<string, unknown>[];
  const keyOfTheOnlyGroup = async (): Promise<string> => {
    const found = await groups();
    expect(found).toHaveLength(1);
    return found[0].key as string;
  };
  const states = async (): Promise<string[]> =>
    (await gateway.parts.db.query<{ state: string }>('select state from quarantine order by id')).map(
      (row) => row.state,
    );
  const entries = async (kind: string): Promise<Record<string, unknown>[]> =>
    (
      await gateway.parts.db.query<{ bytes: Buffer }>(`select bytes from synclog_entry where kind = $1 order by id`, [
        kind,
      ])
    ).map((row) => JSON.parse(row.bytes.toString()) as Record<string, unknown>);

  describe('listed', () => {
    it('tell cause, fix, who must act, count, times and communes, and leave the undescribed without a cause', async () => {
      await quarantined({ unit: '88888' });
      clock.advance(60_000);
      await quarantined({ unit: '00345' });
      await quarantined({ state: 'rerun' });
      await quarantined({ state: 'given-up' });
      await quarantined({ stage: 'files', reasonCode: 'files.no-id', field: 'fileDinhKem[1].ma', unit: null });
      await quarantined({ stage: 'files', reasonCode: 'files.no-id', field: 'fileDinhKem[12].ma', unit: null });
      await quarantined({ stage: 'files', reasonCode: 'files.no-id', field: 'fileDinhKem[3].ma', unit: null });
      await quarantined({ stage: 'new-stage', reasonCode: 'nobody-described-this', field: null });
      const found = await groups();
      expect(found).toMatchObject([
        {
          cause: { id: 'attachment-unreadable' },
          field: 'fileDinhKem[].ma',
          responsible: 'dvclt',
          count: 3,
          units: [],
        },
        {
          cause: { id: 'unit-unknown', label: 'Mã đơn vị chưa có trong bảng đối chiếu', responsible: 'province' },
          source: 'dvclt',
          stage: 'unit',
          reasonCode: 'unit-unknown',
          field: 'unit',
          responsible: 'province',
          count: 2,
          units: ['00345', '88888'],
        },
        { cause: null, reasonCode: 'nobody-described-this', field: null, responsible: 'province', count: 1 },
      ]);
      expect(Date.parse(String(found[1].lastSeen)) - Date.parse(String(found[1].firstSeen))).toBe(60_000);
    });

    it('come in pages, and keep their key when items come and go', async () => {
      const [first] = await many(2);
      await quarantined({ reasonCode: 'unit-ambiguous' });
      const keys = (await groups()).map(({ key }) => key);
      const second = await call('manager', '/groups?limit=1&after=1');
      expect((second.body.items as { key: string }[]).map(({ key }) => key)).toEqual([keys[1]]);
      await gateway.parts.db.execute(`update quarantine set state = 'resolved' where id = $1`, [first]);
      expect((await groups()).map(({ key }) => key).sort()).toEqual([...keys].sort());
    });
  });

  it('show their open items one by one, in pages', async () => {
    const ids = await many(3);
    await quarantined({ reasonCode: 'unit-ambiguous' });
    await quarantined({ state: 'rerun' });
    const key = (await groups())[0].key as string;
    const idsOf = ({ body }: Answer): string[] => (body.items as { id: string }[]).map(({ id }) => id);
    const first = await call('auditor', `?group=${key}&limit=2`);
    const second = await call('auditor', `?group=${key}&limit=2&after=${String(first.body.next)}`);
    expect([idsOf(first), idsOf(second), second.body.next]).toEqual([ids.slice(0, 2), ids.slice(2), null]);
    expect(idsOf(await call('auditor', `?group=${key}&state=rerun`))).toEqual([]);
    expect(idsOf(await call('auditor', '?group=0123456789abcdef'))).toEqual([]);
    expect((await call('auditor', '?group=x')).statusCode).toBe(400);
  });

  describe('run again', () => {
    it('take every open item of the group and no other, once for one key, and say who did', async () => {
      const ids = await many(3);
      const other = await quarantined({ reasonCode: 'unit-ambiguous' });
      const { key } = (await groups())[0];
      const before = (await entries('item.rerun')).length;
      const first = await call('operator', '/rerun', { group: key }, 'g-1');
      expect(first.statusCode).toBe(202);
      expect(first.body).toEqual({ taken: ids, skipped: [], remaining: 0 });
      expect((await call('operator', '/rerun', { group: key }, 'g-1')).body).toEqual(first.body);
      const logged = (await entries('item.rerun')).slice(before);
      expect(logged.map((entry) => (entry.detail as { itemId: string }).itemId).sort()).toEqual(ids);
      expect(logged[0]).toMatchObject({
        actor: { id: 'operator' },
        partner: 'dvclt',
        detail: { stage: 'unit', reasonCode: 'unit-unknown' },
      });
      expect(await states()).toEqual(['rerun', 'rerun', 'rerun', 'open']);
      expect((await call('operator', `/${other}`)).body).toMatchObject({ state: 'open', unit: '88888' });
      expect((await call('operator', '/rerun', { group: key })).body).toMatchObject({
        code: 'quarantine-group-unknown',
      });
    });

    it('take those of named items that are open, and name the others', async () => {
      const [open, marked] = [await quarantined(), await quarantined({ state: 'rerun' })];
      expect((await call('operator', '/rerun', { ids: [open, marked, UNKNOWN_ID, open] })).body).toEqual({
        taken: [open],
        skipped: [
          { id: marked, why: 'not-open', state: 'rerun' },
          { id: UNKNOWN_ID, why: 'unknown', state: null },
        ],
        remaining: 0,
      });
    });

    it('go to one of two operators who take the same group at once, each item once', async () => {
      const ids = await many(40);
      const group = await keyOfTheOnlyGroup();
      const before = (await entries('item.rerun')).length;
      const answers = await Promise.all(
        ['operator', 'operator2', 'operator', 'operator2'].map((as) => call(as, '/rerun', { group })),
      );
      const taken = answers.flatMap(({ body }) => (body.taken as string[] | undefined) ?? []);
      expect([...taken].sort()).toEqual(ids);
      expect((await entries('item.rerun')).length - before).toBe(ids.length);
    });

    it.each([
      ['neither items nor a group', {}, 400, 'selection-invalid'],
      ['both', { ids: [UNKNOWN_ID], group: '0123456789abcdef' }, 400, 'selection-invalid'],
      ['no item', { ids: [] }, 400, 'request-invalid'],
      ['what is no id', { ids: ['x'] }, 400, 'request-invalid'],
      [
        'more than a request may name',
        { ids: Array.from({ length: 1_001 }, () => UNKNOWN_ID) },
        400,
        'request-invalid',
      ],
      ['a group that is not there', { group: '0123456789abcdef' }, 404, 'quarantine-group-unknown'],
    ])('refuse %s', async (_name, body, status, code) => {
      expect(await call('operator', '/rerun', body)).toMatchObject({ statusCode: status, body: { code } });
    });

    it('refuse a missing key, and the same key for other items', async () => {
      const [one, other] = await many(2);
      expect((await call('operator', '/rerun', { ids: [one] }, null)).body).toMatchObject({
        code: 'idempotency-key-missing',
      });
      await call('operator', '/rerun', { ids: [one] }, 'g-2');
      expect((await call('operator', '/rerun', { ids: [other] }, 'g-2')).body).toMatchObject({
        code: 'idempotency-conflict',
      });
      expect(await states()).toEqual(['rerun', 'open']);
    });
  });

  describe('given up', () => {
    const ask = async (body: object, as = 'operator', key?: string): Promise<Answer> =>
      call(as, '/give-up', { reason: 'test dossiers of the training', ...body }, key);
    const approve = ({ id, setDigest }: Record<string, unknown>, as = 'approver', key?: string): Promise<Answer> =>
      call(as, `/requests/${String(id)}/approve`, { setDigest }, key);
    const withdraw = async ({ id }: Record<string, unknown>, as = 'operator', key?: string): Promise<Answer> =>
      call(as, `/requests/${String(id)}/withdraw`, {}, key);

    it('stay open until a second person approves, then end, told in the log and in the feed', async () => {
      const ids = await many(3);
      const asked = await ask({ group: await keyOfTheOnlyGroup() }, 'operator', 'q-1');
      expect(asked).toMatchObject({
        statusCode: 202,
        body: { state: 'open', items: ids, requestedBy: 'operator', approvedBy: null, skipped: [], remaining: 0 },
      });
      expect(Date.parse(String(asked.body.expiresAt)) - Date.parse(String(asked.body.requestedAt))).toBe(DAY_MS);
      expect((await ask({ group: '0123456789abcdef' }, 'operator', 'q-1')).body).toMatchObject({
        code: 'idempotency-conflict',
      });
      expect(await states()).toEqual(['open', 'open', 'open']);
      expect((await call('auditor', `/requests/${String(asked.body.id)}`)).body).toMatchObject({
        state: 'open',
        items: ids,
      });

      const done = await approve(asked.body, 'approver', 'a-1');
      expect(done).toMatchObject({
        statusCode: 200,
        body: { state: 'approved', approvedBy: 'approver', givenUp: ids, skipped: [] },
      });
      expect((await approve(asked.body, 'approver', 'a-1')).body).toEqual(done.body);
      expect(await states()).toEqual(['given-up', 'given-up', 'given-up']);
      expect((await call('approver', '/requests')).body).toMatchObject({
        items: [{ id: asked.body.id, state: 'approved' }],
      });

      expect(await entries('give-up.requested')).toMatchObject([
        {
          actor: { id: 'operator' },
          detail: { requestId: asked.body.id, refs: ids, reasonCodes: ['unit-unknown'], count: 3 },
        },
      ]);
      expect(await entries('give-up.approved')).toMatchObject([
        {
          actor: { id: 'approver' },
          detail: { requestId: asked.body.id, setDigest: asked.body.setDigest, count: 3, skipped: 0 },
        },
      ]);
      expect((await entries('item.given-up')).map(({ detail }) => detail)).toEqual(
        ids.map((itemId) => ({ itemId, stage: 'unit', reasonCode: 'unit-unknown', requestId: asked.body.id })),
      );
      const told = await gateway.parts.db.query<{ data: { itemId: string } }>(
        `select data from event_outbox where type = 'vn.lienthong.item.given-up.v1'`,
      );
      expect(told.map(({ data }) => data.itemId).sort()).toEqual(ids);
      const lines = JSON.stringify(gateway.lines);
      expect(lines).not.toContain('training');
    });

    it('refuse the requester, whatever roles that person has, and those without the role', async () => {
      await many(1);
      const asked = await ask({ group: await keyOfTheOnlyGroup() }, 'both');
      expect(await approve(asked.body, 'both')).toMatchObject({ statusCode: 403, body: { code: 'own-request' } });
      for (const role of ['operator', 'auditor', 'manager', 'administrator', 'integrator'])
        expect((await approve(asked.body, role)).statusCode).toBe(403);
      for (const role of ['approver', 'auditor', 'manager'])
        expect((await ask({ ids: [UNKNOWN_ID] }, role)).statusCode).toBe(403);
      expect(await states()).toEqual(['open']);
    });

    it('refuse the requester, and another set, in the database too', async () => {
      const { body } = await ask({ ids: await many(1) });
      await expect(
        gateway.parts.db.execute(
          `update quarantine_request set state = 'approved', approved_by = requested_by, approved_at = now() where id = $1`,
          [body.id],
        ),
      ).rejects.toMatchObject({ code: '23514' });
      await expect(
        gateway.parts.db.execute(`update quarantine_request set items = '[]' where id = $1`, [body.id]),
      ).rejects.toMatchObject({ code: '42501' });
    });

    it('leave alone and name what changed or left since', async () => {
      const [same, changed, resolved, marked] = await many(4);
      const asked = await ask({ ids: [same, changed, resolved, marked] });
      await gateway.parts.db.execute(`update quarantine set reason_code = 'unit-ambiguous' where id = $1`, [changed]);
      await gateway.parts.db.execute(`update quarantine set state = 'resolved' where id = $1`, [resolved]);
      await gateway.parts.db.execute(
        `update quarantine set seen = seen + 1, last_seen = last_seen + interval '1 second'`,
      );
      await call('operator', '/rerun', { ids: [marked] });
      expect((await approve(asked.body)).body).toMatchObject({
        givenUp: [same],
        skipped: [
          { id: changed, why: 'changed', state: 'open' },
          { id: resolved, why: 'not-open', state: 'resolved' },
          { id: marked, why: 'not-open', state: 'rerun' },
        ],
      });
      expect(await states()).toEqual(['given-up', 'open', 'resolved', 'rerun']);
    });

    it('refuse an approval of another set, a second one, and one of a request that is not there', async () => {
      const asked = await ask({ ids: await many(1) });
      expect((await approve({ ...asked.body, setDigest: '0'.repeat(64) })).body).toMatchObject({
        code: 'request-set-differs',
      });
      expect((await approve({ ...asked.body, setDigest: 'x' })).statusCode).toBe(400);
      expect((await approve({ ...asked.body, id: UNKNOWN_ID })).body).toMatchObject({
        code: 'quarantine-request-unknown',
      });
      const both = await Promise.all([approve(asked.body), approve(asked.body, 'both')]);
      expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
      expect(both.find(({ statusCode }) => statusCode === 409)?.body).toMatchObject({
        code: 'request-not-open',
        state: 'approved',
      });
      expect(
        (await entries('item.given-up')).filter(
          ({ detail }) => (detail as { requestId: string }).requestId === asked.body.id,
        ),
      ).toHaveLength(1);
    });

    it('stay when who asked takes the request back: it is over, and they can be asked for anew', async () => {
      const ids = await many(2);
      const { remaining, ...body } = (await ask({ ids })).body;
      expect([remaining, body.withdrawnAt]).toEqual([0, null]);
      const taken = await withdraw(body, 'operator', 'w-1');
      expect(taken).toMatchObject({
        statusCode: 200,
        body: { ...body, state: 'withdrawn', approvedBy: null, skipped: null, withdrawnAt: expect.any(String) },
      });
      expect((await withdraw(body, 'operator', 'w-1')).body).toEqual(taken.body);
      const over = { statusCode: 409, body: { code: 'request-not-open', state: 'withdrawn' } };
      expect(await withdraw(body)).toMatchObject(over);
      expect(await approve(body)).toMatchObject(over);
      expect((await call('approver', '/requests?limit=1')).body).toMatchObject({
        items: [{ id: body.id, state: 'withdrawn', withdrawnAt: taken.body.withdrawnAt }],
      });
      expect(await entries('give-up.withdrawn')).toMatchObject([
        { actor: { id: 'operator' }, detail: { requestId: body.id, setDigest: body.setDigest, count: 2 } },
      ]);
      expect(await states()).toEqual(['open', 'open']);
      // A gateway of before this state existed would approve it.
      await expect(
        gateway.parts.db.execute(
          `update quarantine_request set state = 'approved', approved_by = 'approver', approved_at = now() where id = $1`,
          [body.id],
        ),
      ).rejects.toMatchObject({ code: '23514' });
      expect((await approve((await ask({ ids })).body)).body).toMatchObject({ state: 'approved', givenUp: ids });
    });

    it('are taken back by nobody else, and not when they are approved or never asked for', async () => {
      const { body } = await ask({ ids: await many(1) });
      for (const as of ['operator2', 'both'])
        expect(await withdraw(body, as)).toMatchObject({
          statusCode: 403,
          body: { code: 'not-own-request', state: 'open' },
        });
      for (const role of ['approver', 'auditor', 'manager', 'administrator', 'integrator'])
        expect(await withdraw(body, role)).toMatchObject({ statusCode: 403, body: { code: 'role-not-allowed' } });
      expect(await withdraw({ id: UNKNOWN_ID })).toMatchObject({
        statusCode: 404,
        body: { code: 'quarantine-request-unknown' },
      });
      expect((await approve(body)).statusCode).toBe(200);
      expect(await withdraw(body)).toMatchObject({
        statusCode: 409,
        body: { code: 'request-not-open', state: 'approved' },
      });
      expect(await states()).toEqual(['given-up']);
    });

    it('are either given up or taken back when both are asked for at once', async () => {
      for (let round = 0; round < 10; round += 1) {
        const [item] = await many(1);
        const { body } = await ask({ ids: [item] });
        const both = round % 2 === 0 ? [approve, withdraw] : [withdraw, approve];
        const answers = await Promise.all(both.map((decide) => decide(body)));
        const [won, lost] = answers.sort((one, other) => one.statusCode - other.statusCode);
        const state = won.body.state as string;
        expect([won.statusCode, lost]).toMatchObject([
          200,
          { statusCode: 409, body: { code: 'request-not-open', state } },
        ]);
        expect((await call('auditor', `/${item}`)).body.state).toBe(state === 'approved' ? 'given-up' : 'open');
      }
    });

    it('refuse what names nothing open, and a reason with a person’s number', async () => {
      expect((await ask({ ids: [UNKNOWN_ID] })).body).toMatchObject({ code: 'quarantine-item-not-open', status: 409 });
      const [id] = await many(1);
      const personal = await ask({ ids: [id], reason: 'citizen 999 000 000 002 came twice' });
      expect(personal).toMatchObject({ statusCode: 422, body: { code: 'give-up-reason-personal', field: 'reason' } });
      expect(JSON.stringify(personal.body)).not.toContain('999');
      expect((await ask({ ids: [id], reason: '  ' })).statusCode).toBe(400);
    });

    // Last: the tokens of the others have expired after it.
    it('expire after 24 h', async () => {
      const asked = await ask({ ids: await many(1) });
      clock.advance(DAY_MS);
      await gateway.addClient({ id: 'late', roles: ['operator', 'approver'] });
      expect((await call('late', `/requests/${String(asked.body.id)}`)).body).toMatchObject({ state: 'expired' });
      expect(await approve(asked.body, 'late')).toMatchObject({
        statusCode: 409,
        body: { code: 'request-expired', state: 'expired' },
      });
      const late = await gateway.app.inject({
        method: 'POST',
        url: `/api/v1/quarantine/requests/${String(asked.body.id)}/withdraw`,
        headers: { authorization: `Bearer ${await gateway.freshToken('operator')}`, 'idempotency-key': 'w-late' },
      });
      expect([late.statusCode, late.json()]).toMatchObject([409, { code: 'request-expired', state: 'expired' }]);
      expect(await states()).toEqual(['open']);
    });
  });
});
