import { createHash } from 'node:crypto';
import type { DeliveryFacts, DeliveryTask, PartnerAdapter } from '#delivery';
import {
  accept,
  applyCommands,
  createDossiers,
  DECISIONS,
  type Command,
  type DossierState,
  type PartnerId,
} from '#dossier';
import { PollDossierSource, type DossierPollSummary, type IntakeDeps } from '#intake';
import { fixedClock } from '#testing';
import { createDvclt } from '../../libs/partners/dvclt/create-dvclt';
import { createDvcqgAdapter } from '../../libs/partners/dvcqg/dvcqg-adapter';
import { createHotichAdapter } from '../../libs/partners/hotich/hotich-adapter';
import { RegistryClient } from '../../libs/partners/hotich/registry-client';
import { createOneStop } from '../../libs/partners/onestop/create-onestop';
import { depsOf, type KeptLog } from '../../libs/partners/testing/deps-of';
import { dossierContent, payloadsOf, taskOf } from '../../libs/partners/testing/sample-dossier';
import { BIRTH_RESULT, OFFICER } from '../../libs/partners/testing/sample-result';
import { answer, scriptedHttp } from '../../libs/partners/testing/scripted-http';
import { FakeDossierSource } from '../intake/fake-dossier-source';
import { intakeWorld, type IntakeWorld } from '../intake/intake-world';

const LOG_IN = answer(200, { token: 't', access_token: 't', expires_in: 3600, error_code: 0, session: 's' });
const signal = AbortSignal.timeout(60_000);

function adapterOf(
  partner: PartnerId,
  answers: Parameters<typeof scriptedHttp>[0] = [],
): { adapter: PartnerAdapter; log: KeptLog } {
  const deps = { ...depsOf(partner, fixedClock()), http: scriptedHttp([LOG_IN, ...answers]) };
  const make: Record<PartnerId, () => PartnerAdapter> = {
    dvclt: () => createDvclt(deps).adapter,
    hotich: () => createHotichAdapter(deps, new RegistryClient(deps)),
    dvcqg: () => createDvcqgAdapter(deps),
    onestop: () => createOneStop(deps).adapter,
  };
  return { adapter: make[partner](), log: deps.log };
}

async function rendered(
  task: DeliveryTask,
  payloads: Parameters<typeof payloadsOf>[0] = {},
): Promise<Record<string, unknown>> {
  const { body } = await adapterOf(task.partner).adapter.render(task, payloadsOf(payloads));
  if (!Buffer.isBuffer(body)) throw new Error('the sample has small files only');
  return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
}

/** onestop.md §5: what clients of this exchange were seen to do, line by line, and that we do not. */
describe('defects of earlier clients', () => {
  let world: IntakeWorld;
  let source: FakeDossierSource;
  let serial = 0;
  const nextCode = (): string => `G22.99.08-260302-${String((serial += 1)).padStart(6, '0')}`;
  const poll = (deps: IntakeDeps = world.deps): Promise<DossierPollSummary> => {
    world.clock.advance(1_000);
    return new PollDossierSource(source, deps, { workerId: 'w1', everyMs: 0 }).pollOnce(signal);
  };
  const quarantined = async (code: string) => {
    const [item] = await world.test.db.query<{ stage: string; reason_code: string; state: string }>(
      `select stage, reason_code, state from quarantine where codes ->> 'dvclt' = $1`,
      [code],
    );
    return item;
  };
  const isStored = async (code: string): Promise<boolean> =>
    (await world.test.db.query('select 1 from dossier_code where code = $1', [code])).length > 0;

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(() => {
    source = new FakeDossierSource(world.clock);
  });
  afterAll(() => world.end());

  describe('1: a dossier silently dropped', () => {
    it.each([
      ['its commune is not configured', { unitText: '88888' }],
      ['its unit code names two units', { unitText: '99103' }],
      ['its procedure is not mapped', { procedureCode: '9.999999' }],
      ['its declaration is missing', { failAt: 'declaration' }],
    ])(
      'never: when %s it stands in quarantine with stage and reason, unacknowledged [Q28 Q43]',
      async (_why, change) => {
        const [bad, good] = [nextCode(), nextCode()];
        source.rows.push({ code: bad, listId: bad, ...change }, { code: good, listId: good });
        expect(await poll()).toMatchObject({ listed: 2, accepted: 1 });
        const item = await quarantined(bad);
        expect(item).toMatchObject({
          state: 'open',
          stage: expect.stringMatching(/./),
          reason_code: expect.stringMatching(/./),
        });
        expect([await isStored(bad), await isStored(good)]).toEqual([false, true]);
      },
    );
  });

  describe('2: an attachment that failed is ignored, nothing holds store and acknowledgement together', () => {
    it('never: a file that cannot be kept leaves nothing, nothing is acknowledged, and the next list brings it whole', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: code });
      const failing = (): never => {
        throw new Error('the disk is full');
      };
      const vault = Object.assign(Object.create(world.deps.vault) as IntakeDeps['vault'], {
        sealMany: failing,
        seal: failing,
      });
      await poll({ ...world.deps, vault }).catch(() => undefined);
      expect(await isStored(code)).toBe(false);
      expect(await world.test.db.query("select 1 from event_outbox where codes ->> 'dvclt' = $1", [code])).toEqual([]);
      await poll();
      expect(await isStored(code)).toBe(true);
      const { contentRef } = await world.dossier(code);
      const content = JSON.parse((await world.deps.vault.open(contentRef)).toString()) as {
        attachments: { ref?: string }[];
      };
      expect((await world.deps.vault.open(String(content.attachments[0].ref))).toString()).toBe('PDF MẪU');
    });
  });

  describe('3: errors decided by matching text, personal data in logs', () => {
    it.each([
      ['dvclt', 'push-status', { status: 200, title: 'Cập nhật trạng thái không thành công' }],
      ['dvclt', 'acknowledge-receipt', { status: 400, title: 'Cập nhật thành công' }],
      ['dvcqg', 'append-progress', { error_code: -1, message: 'Cập nhật thành công' }],
      ['hotich', 'submit-registration', { status: '1', statusDescription: 'Có lỗi, chưa thành công' }],
      ['onestop', 'report-status', { status: '0', statusDescription: 'Cập nhật thành công' }],
    ] as const)(
      'never: %s %s is not taken for done because "thành công" stands in it',
      async (partner, operation, json) => {
        const { adapter, log } = adapterOf(partner, [answer(200, { ...json, inputSend: { hoTen: 'TRẦN MẪU CON' } })]);
        const body = Buffer.from(JSON.stringify({ hoTen: 'TRẦN MẪU CON', soDinhDanh: '999199000001' }));
        const task = taskOf({ partner, operation, facts: { status: 3 } });
        const result = await adapter.send(task, { body }, signal, () => true);
        expect(result.outcome).toBe('unknown');
        expect(JSON.stringify(log.lines)).not.toMatch(/MẪU|9991/);
        expect(`${result.reasonCode} ${JSON.stringify(result.fields ?? [])}`).not.toMatch(/MẪU|9991/);
      },
    );
  });

  describe('4: states 5, 6 and 8 told to the portal as "9 đã xử lý xong"', () => {
    it.each([5, 6, 8] as const)(
      'never: state %i is told as it is, and stays so when the portal refuses it',
      async (state) => {
        const facts: Partial<DeliveryFacts> = { status: state };
        const dossier: Partial<DossierState> = { portalStatus: state, portalKnown: true };
        const sync = taskOf({ partner: 'dvcqg', operation: 'sync-dossier', dossier, facts });
        const [item] = (await rendered(sync))['data'] as Record<string, unknown>[];
        expect(item['TrangThaiHoSo']).toBe(state);
        const progress = taskOf({ partner: 'dvcqg', operation: 'append-progress', dossier, facts });
        const [row] = (await rendered(progress))['data'] as Record<string, unknown>[];
        expect(row['TrangThai']).toBe(state);
        const { adapter } = adapterOf('dvcqg', [
          answer(200, { error_code: -1, message: 'Trạng thái hồ sơ không hợp lệ' }),
        ]);
        const refused = await adapter.send(
          sync,
          { body: Buffer.from(JSON.stringify({ data: [item] })) },
          signal,
          () => true,
        );
        expect(refused).toMatchObject({ outcome: 'refused', reasonCode: 'dvcqg.state-refused', laneGoesOn: true });
        expect(refused.rerender).toBeUndefined();
      },
    );
  });

  describe('5: made-up values', () => {
    it.each([
      ['identity number', { requester: { name: 'LÊ MẪU MẸ' }, declaration: {} }, 'DinhDanhCHS'],
      ['name', { requester: { name: '', identityNumber: '999199000001' } }, 'ChuHoSo'],
    ])('never: without an %s nothing is sent to the portal, a person is asked [Q23]', async (_what, change, field) => {
      const task = taskOf({ partner: 'dvcqg', operation: 'sync-dossier' });
      await expect(rendered(task, { content: dossierContent(change) })).rejects.toMatchObject({
        disposition: 'person',
        field,
      });
    });

    it('never: what was submitted is not the result, which is hộ tịch’s own paper byte for byte', async () => {
      const task = taskOf({
        partner: 'dvclt',
        operation: 'push-status',
        facts: { status: 4, resultRef: 'result-1', officerRef: 'officer-1' },
      });
      await expect(
        rendered({ ...task, facts: { ...task.facts, resultRef: undefined } }, { officer: OFFICER }),
      ).rejects.toMatchObject({
        field: 'resultRef',
      });
      const message = await rendered(task, { result: BIRTH_RESULT, officer: OFFICER });
      const { giayKhaiSinh } = JSON.parse(String(message['ketQuaXuLy'])) as { giayKhaiSinh: string };
      expect(Buffer.from(giayKhaiSinh, 'base64').toString()).toBe(BIRTH_RESULT.fileRef);
    });

    it('never: a dossier without the one-stop’s code is told to nobody under another', async () => {
      const dossier = { codes: { dvclt: 'G22.99.08-260302-000007', registry: [] } };
      for (const [partner, operation] of [
        ['dvclt', 'push-status'],
        ['dvcqg', 'sync-dossier'],
        ['hotich', 'submit-registration'],
        ['onestop', 'report-status'],
      ] as const) {
        const task = taskOf({ partner, operation, dossier, facts: { status: 1 } });
        await expect(rendered(task, { officer: OFFICER })).rejects.toMatchObject({ disposition: 'person' });
      }
    });
  });

  describe('6: a refusal of hộ tịch that hộ tịch never gave', () => {
    it('never: only a row of hộ tịch makes one, whatever else happens to the dossier', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: code });
      await poll();
      const state: DossierState = { ...(await world.dossier(code)), state: 'with-registry' };
      const [procedure] = world.deps.procedures;
      const lane = {
        partner: 'hotich',
        operation: 'submit-registration',
        deliveryId: 'd',
        reasonCode: 'classified.by-person',
      } as const;
      const at = world.clock.now().toISOString();
      const commands: Command[] = [
        { kind: 'delivery-dead', ...lane },
        { kind: 'delivery-unresolved', ...lane },
        { kind: 'discrepancy', partner: 'hotich', class: 'x' },
        { kind: 'supplement-deadline-passed', deadline: at },
        ...DECISIONS.map((decision): Command => ({ kind: 'decide', decision, decidedAt: at, registration: 'settled' })),
      ];
      for (const command of commands) {
        const verdict = accept(state, command, procedure, world.clock.now());
        const events = 'events' in verdict ? verdict.events : [];
        expect(events.filter((event) => event.type === 'dossier.refused' && event.data.by === 'registry')).toEqual([]);
      }
      const reported = accept(state, { kind: 'registry-reported', status: 6, at }, procedure, world.clock.now());
      const refusals = 'events' in reported ? reported.events.filter((event) => event.type === 'dossier.refused') : [];
      expect(refusals).toMatchObject([{ data: { by: 'registry' } }]);
    });
  });

  describe('7: codes counted inside one process', () => {
    it('never: we count none; of two dossiers that get one code at the same time, the database lets one have it', async () => {
      const dossierIds = [world.deps.ids.next(), world.deps.ids.next()];
      const actor = { id: 'test', type: 'system' as const };
      const create = (dossierId: string) =>
        world.test.db.run((tx) =>
          createDossiers(
            tx,
            [
              {
                dossierId,
                actor,
                command: {
                  kind: 'receive',
                  module: 'KS',
                  procedureCode: '2.000986',
                  unit: '00123',
                  receivedAt: '2026-03-02T08:00:00.000+07:00',
                  source: 'dvclt',
                  dvcltCode: nextCode(),
                  contentRef: world.deps.ids.next(),
                  contentDigest: createHash('sha256').update(dossierId).digest('hex'),
                },
              },
            ],
            world.deps,
          ),
        );
      await Promise.all(dossierIds.map(create));
      const at = world.clock.now().toISOString();
      const settled = {
        kind: 'delivery-settled',
        partner: 'onestop',
        operation: 'hand-over-dossier',
        outcome: 'accepted',
        at,
      } as const;
      const assigned = await Promise.allSettled(
        dossierIds.map((dossierId) =>
          world.test.db.run((tx) =>
            applyCommands(
              tx,
              [{ dossierId, actor, command: { ...settled, oneStopCode: 'H99.101-260302-7777' } }],
              world.deps,
            ),
          ),
        ),
      );
      expect(assigned.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(assigned.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'dossier-code-taken' });
    });
  });

  describe('8: the birth paper’s code is lost, districts stand in the program', () => {
    it('never: hộ tịch gets maGCS as it was declared, and the unit is that of the cross-walk', async () => {
      const message = await rendered(
        taskOf({ partner: 'hotich', operation: 'submit-registration', dossier: { unit: '99002' } }),
      );
      const declaration = JSON.parse(String(message['data'])) as Record<string, unknown>;
      expect(declaration).toMatchObject({ maGCS: '00004.GCS.99025.26', noiDangKy: '99002' });
      expect(message['maDonVi']).toBe('99002');
    });

    it('never: an old commune is resolved by the day, from configuration', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: code, unitText: '99101' });
      await poll();
      expect((await world.dossier(code)).unit).toBe('99001');
    });
  });

  describe('9: one capital letter that repeats for ever, one unmapped procedure that stops the list', () => {
    it.each(['Không', 'không', 'KHÔNG'])('never: "đã có kết quả xử lý. %s thể…" ends the push [Q44]', async (word) => {
      const text = `Hồ sơ đã có kết quả xử lý. ${word} thể cập nhật trạng thái`;
      const { adapter } = adapterOf('dvclt', [answer(200, { status: 400, title: 'x', errors: { soHoSoLT: [text] } })]);
      const task = taskOf({ partner: 'dvclt', operation: 'push-status', facts: { status: 4 } });
      expect(await adapter.send(task, { body: Buffer.from('{}') }, signal, () => true)).toMatchObject({
        outcome: 'already-applied',
        reasonCode: 'dvclt.already-has-result',
      });
    });

    it('never: what stands behind an unmapped procedure in the list is received [Q43]', async () => {
      const codes = [nextCode(), nextCode(), nextCode()];
      source.rows.push(
        { code: codes[0], listId: '1', procedureCode: '2.0009879' },
        { code: codes[1], listId: '2' },
        { code: codes[2], listId: '3' },
      );
      await poll();
      expect(await Promise.all(codes.map(isStored))).toEqual([false, true, true]);
      expect(await quarantined(codes[0])).toMatchObject({ state: 'open' });
    });
  });
});
