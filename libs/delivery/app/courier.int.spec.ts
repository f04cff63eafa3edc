import { randomBytes } from 'node:crypto';
import { AppError, systemClock } from '#platform';
import { until } from '#testing';
import type { CallResult } from '../ports';
import { DeliveryBench } from '../testing/delivery-bench';
import { ACCEPTED, ScriptedPartner, TEST_POLICY } from '../testing/scripted-partner';
import { Courier, type CourierDeps, type CourierOptions } from './courier';
import { WorkerHeartbeat } from './worker-heartbeat';

describe('the courier', () => {
  let bench: DeliveryBench;
  let partner: ScriptedPartner;
  const running: Courier[] = [];
  beforeAll(async () => {
    bench = await DeliveryBench.open(systemClock);
  });
  beforeEach(
    () =>
      (partner = new ScriptedPartner('dvclt', { ...TEST_POLICY, firstRetryMs: 20, maxRetryMs: 40, absentAfterMs: 10 })),
  );
  afterEach(async () => {
    await Promise.all(running.splice(0).map((courier) => courier.stop()));
    await bench.clear();
  });
  afterAll(() => bench.close());

  const start = (
    more: Partial<CourierDeps> = {},
    workerId = 'worker-a',
    options: Partial<CourierOptions> = {},
  ): Courier => {
    const courier = new Courier({ ...bench.deps(partner, workerId), ...more }, { pollMs: 20, ...options });
    running.push(courier);
    courier.start();
    return courier;
  };
  const reach = (dossierId: string, expected: readonly string[]) =>
    until(
      async () => (await bench.statuses(dossierId)).join() === expected.join(),
      10_000,
      async () => `${expected.join()}, found ${JSON.stringify(await bench.deliveries(dossierId))}`,
    );

  it('carries the deliveries of a lane in order to the end', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2, 3]);
    start();
    await reach(dossierId, ['settled', 'settled', 'settled']);
    const ids = (await bench.deliveries(dossierId)).map((one) => one.id);
    expect(partner.calls.map((call) => call.task.deliveryId)).toEqual(ids);
  });

  it('keeps the sealed content before a byte is written and repeats it unchanged [Q13]', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    const answers: CallResult[] = [
      { outcome: 'unknown', wire: 'written', reasonCode: 'http.5xx' },
      { outcome: 'retry', wire: 'answered', reasonCode: 'http.429' },
      ACCEPTED,
    ];
    const keptBefore: string[] = [];
    partner.answer = async (call) => {
      const [{ contentRef }] = await bench.deliveries(dossierId);
      keptBefore.push((await bench.vault.open(contentRef ?? '')).toString());
      expect(keptBefore.at(-1)).toBe(call.body);
      return answers[partner.calls.length - 1];
    };
    start();
    await reach(dossierId, ['settled']);
    expect(partner.rendered).toHaveLength(1);
    expect(new Set(partner.calls.map((call) => call.body)).size).toBe(1);
    expect(keptBefore).toHaveLength(3);
    expect(partner.calls.map((call) => call.task.attempts)).toEqual([0, 1, 2]);
  });

  it('keeps of large files the reference, and repeats the same bytes out of the vault [Q13 Q21]', async () => {
    const dossierId = await bench.newDossier();
    const bytes = randomBytes(1_200_000);
    const writer = bench.vault.beginDraft();
    await writer.write(bytes);
    const draft = await writer.finish();
    await bench
      .deps(partner, 'worker-a')
      .db.run((tx) =>
        bench.vault.seal(tx, { ownerKind: 'dossier', ownerId: dossierId }, [
          { kind: 'attachment', contentType: 'application/pdf', draft },
        ]),
      );
    const expected = JSON.stringify({ ten: 'Giấy mẫu', tep: bytes.toString('base64') });
    partner.renderBody = async (_task, payloads) => {
      const [before, after] = JSON.stringify({ ten: 'Giấy mẫu', tep: '|' }).split('|');
      return payloads.largeBody([before, { ref: draft.ref, sizeBytes: bytes.length }, after]);
    };
    partner.answer = () =>
      partner.calls.length < 3 ? { outcome: 'unknown', wire: 'written', reasonCode: 'http.cut' } : ACCEPTED;
    await bench.enqueue(dossierId, [1]);
    start();
    await reach(dossierId, ['settled']);
    expect(partner.rendered).toHaveLength(1);
    expect(partner.calls.map(({ body }) => body === expected)).toEqual([true, true, true]);
    const [{ contentRef }] = await bench.deliveries(dossierId);
    expect((await bench.vault.open(contentRef ?? '')).length).toBeLessThan(1_000);
  });

  it('renders anew when the kept content is no longer right', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    partner.answer = () =>
      partner.calls.length === 1
        ? { outcome: 'retry', wire: 'answered', reasonCode: 'test.exists', rerender: true }
        : ACCEPTED;
    start();
    await reach(dossierId, ['settled']);
    expect(partner.rendered).toHaveLength(2);
    expect(partner.calls[0].body).not.toBe(partner.calls[1].body);
  });

  it('asks first where a repeat may do harm, and does not send again what was applied [Q13]', async () => {
    partner.repeat = 'probe-first';
    partner.answer = () => ({ outcome: 'unknown', wire: 'written', reasonCode: 'http.cut' });
    partner.probeAnswer = () => ({
      verdict: partner.probes.length < 3 ? 'cannot-tell' : 'applied',
      askedAt: new Date(),
      call: ACCEPTED,
    });
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    start();
    await reach(dossierId, ['settled']);
    expect(partner.calls).toHaveLength(1);
    expect(partner.probes).toHaveLength(3);
    expect(partner.probes[0].body).toBe(partner.calls[0].body);
  });

  it('makes a dead letter with its field of what cannot be rendered, and carries the others', async () => {
    const [bad, good] = await bench.newDossiers(2);
    await bench.enqueue(bad, [1]);
    await bench.enqueue(good, [1]);
    partner.renderBody = async (task) => {
      if (task.dossier.id === bad)
        throw new AppError({ code: 'dvclt.result-missing', disposition: 'person', field: 'quyenSo' });
      return '{}';
    };
    start();
    await reach(bad, ['dead']);
    await reach(good, ['settled']);
    expect(await bench.deliveries(bad)).toMatchObject([{ reasonCode: 'dvclt.result-missing' }]);
    const [entry] = await bench.db.query<{ detail: { field?: string } }>(
      `select convert_from(bytes, 'UTF8')::jsonb -> 'detail' as detail from synclog_entry where dossier_id = $1 and kind = 'delivery.dead-lettered'`,
      [bad],
    );
    expect(entry.detail.field).toBe('quyenSo');
    expect(partner.calls).toHaveLength(1);
  });

  it('opens the payloads that an adapter asks for', async () => {
    const dossierId = await bench.newDossier();
    const owner = { ownerKind: 'dossier', ownerId: dossierId } as const;
    const [note] = await bench.db.run((tx) =>
      bench.vault.seal(tx, owner, [
        { kind: 'officer-note', contentType: 'application/json', bytes: Buffer.from('{"note":"đã nhận"}') },
      ]),
    );
    await bench.enqueue(dossierId, [1], { facts: { factAt: '2026-03-02T09:00:00+07:00', officerRef: note.ref } });
    partner.renderBody = async (task, payloads) =>
      JSON.stringify([
        (await payloads.officer(task.facts.officerRef ?? '')).note,
        await payloads.fileUrl(note.ref, 'a.pdf', 'application/pdf'),
      ]);
    start();
    await reach(dossierId, ['settled']);
    expect(JSON.parse(partner.calls[0].body)).toEqual(['đã nhận', `https://gateway.test/files/${note.ref}`]);
  });

  it('leaves unknown what an adapter broke off, since nobody knows how far it came', async () => {
    partner.repeat = 'probe-first';
    partner.answer = () => {
      throw new Error('a fault of the adapter');
    };
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    start();
    await until(() => partner.probes.length > 0, 10_000, 'a probe');
    expect(await bench.deliveries(dossierId)).toMatchObject([{ status: 'unknown' }]);
    expect(partner.calls).toHaveLength(1);
  });

  it('never has more calls open than the partner allows', async () => {
    partner = new ScriptedPartner('dvclt', { ...TEST_POLICY, maxConcurrency: 3 });
    let open = 0;
    let most = 0;
    partner.answer = async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return ACCEPTED;
    };
    const dossierIds = await bench.newDossiers(20);
    for (const dossierId of dossierIds) await bench.enqueue(dossierId, [1]);
    start();
    for (const dossierId of dossierIds) await reach(dossierId, ['settled']);
    expect(most).toBe(3);
  });

  it('claims the next as soon as its slots are free when a claim has filled them, however long it may gather', async () => {
    partner = new ScriptedPartner('dvclt', { ...TEST_POLICY, maxConcurrency: 3 });
    const dossierIds = await bench.newDossiers(10);
    for (const dossierId of dossierIds) await bench.enqueue(dossierId, [1]);
    start({}, 'worker-a', { gatherMs: 3_600_000 });
    for (const dossierId of dossierIds) await reach(dossierId, ['settled']);
  });

  it('claims and writes nothing without a fresh heartbeat', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    let looked = 0;
    const lastHeard = new Date(Date.now() - 8_000);
    const heartbeat = {
      get confirmedAt() {
        looked += 1;
        return lastHeard;
      },
    };
    start({ heartbeat });
    await until(() => looked > 5, 10_000, 'some rounds');
    expect(await bench.statuses(dossierId)).toEqual(['queued']);
  });

  it('waits on stop for what is under way, and claims nothing more', async () => {
    const [first, second] = await bench.newDossiers(2);
    await bench.enqueue(first, [1, 2]);
    let answer: (result: CallResult) => void = () => undefined;
    partner.answer = () => new Promise((resolve) => (answer = resolve));
    const courier = start();
    await until(() => partner.calls.length === 1, 10_000, 'the call');
    const stopped = courier.stop();
    await bench.enqueue(second, [1]);
    answer(ACCEPTED);
    await stopped;
    expect(await bench.statuses(first)).toEqual(['settled', 'queued']);
    expect(await bench.statuses(second)).toEqual(['queued']);
  });

  it.each([
    ['another worker', 'worker-b'],
    ['the same worker, started again', 'worker-killed'],
  ])('goes on after the process that held the lane is gone, by %s', async (_name, workerId) => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    let endCall: (result: CallResult) => void = () => undefined;
    partner.answer = () => new Promise((resolve) => (endCall = resolve));
    const abandoned = new Courier(bench.deps(partner, 'worker-killed'), { pollMs: 20, drainMs: 0 });
    abandoned.start();
    await until(() => partner.calls.length === 1, 10_000, 'the call that never ends');
    await abandoned.stop();
    partner.answer = () => ACCEPTED;
    const heartbeat = new WorkerHeartbeat({
      ...bench.deps(partner, workerId),
      roles: ['courier'],
      onFreed: () => undefined,
    });
    await heartbeat.start();
    start({ heartbeat }, workerId);
    await reach(dossierId, ['settled', 'settled']);
    expect(partner.calls.map((call) => call.task.attempts)).toEqual([0, 1, 0]);
    await Promise.all(running.splice(0).map((courier) => courier.stop()));
    await heartbeat.stop();
    endCall(ACCEPTED);
    expect(await bench.db.query('select id from worker')).toEqual([]);
  });
});
