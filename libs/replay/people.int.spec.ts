import type { DossierContent } from '#dossier';
import { startPlan } from './app/steer-plan';
import type { Edit } from './domain/edits';
import type { PlanRequest } from './app/create-plan';
import { ReplayBench } from './testing/replay-bench';

const PDF = Buffer.from('%PDF-1.7 synthetic result');

describe('what people type into a plan', () => {
  let bench: ReplayBench;
  beforeAll(async () => void (bench = await ReplayBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.playPartner('hotich'));
  afterEach(() => bench.clear());

  /** Refused registrations with a declaration in the vault. */
  async function refused(
    count: number,
    declaration: Record<string, string>,
  ): Promise<{ dossierId: string; id: string }[]> {
    const { db, vault } = bench.delivery;
    const dossiers = await bench.dead(count);
    const content = { declaration, module: 'KS' } as unknown as DossierContent;
    return Promise.all(
      dossiers.map(async (dossierId) => {
        const [sealed] = await db.run((tx) =>
          vault.seal(tx, { ownerKind: 'dossier', ownerId: dossierId }, [
            { kind: 'content', contentType: 'application/json', bytes: Buffer.from(JSON.stringify(content)) },
          ]),
        );
        await db.execute(
          `update dossier set state = 'with-registry', projection = projection || jsonb_build_object('contentRef', $2::text, 'state', 'with-registry') where id = $1`,
          [dossierId, sealed.ref],
        );
        await db.execute(
          `with d as (update delivery set partner = 'hotich', operation = 'submit-registration',
             fields = '[{"field":"nksQuocTich","problem":"not-in-catalogue"}]' where dossier_id = $1)
           update lane set partner = 'hotich' where dossier_id = $1`,
          [dossierId],
        );
        return { dossierId, id: (await bench.delivery.deliveries(dossierId))[0].id };
      }),
    );
  }
  const sentContent = async (dossierId: string): Promise<Record<string, string>> => {
    const call = bench.partner.calls.findLast(({ task }) => task.dossier.id === dossierId)!;
    const bytes = await bench.delivery.vault.open(call.task.facts.contentRef!, bench.delivery.db);
    return (JSON.parse(bytes.toString('utf8')) as DossierContent).declaration;
  };

  describe('an edit', () => {
    const planned = (edits: readonly Edit[], more: Partial<PlanRequest> = {}) =>
      bench.create({ reasonCode: 'content-corrected', edits, ...more });

    it('corrects the messages of the plan and leaves the dossier as it was declared', async () => {
      const [one] = await refused(1, { nksNoiSinh: 'Bệnh viện mẫu', ghiChu: 'dài quá' });
      const { id } = await bench.started({
        reasonCode: 'content-corrected',
        edits: [
          { field: 'ghiChu', value: 'ngắn' },
          { field: 'nksQuocTich', value: 'VN' },
        ],
      });
      const plan = await bench.run(id);
      expect(plan).toMatchObject({ needsApproval: true, editedFields: ['ghiChu', 'nksQuocTich'], counts: { done: 1 } });
      expect(await sentContent(one.dossierId)).toEqual({
        nksNoiSinh: 'Bệnh viện mẫu',
        ghiChu: 'ngắn',
        nksQuocTich: 'VN',
      });
      const [entry] = await bench.delivery.db.query<{ text: string }>(
        `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind = 'payload.edited' and convert_from(bytes, 'UTF8') like '%' || $1 || '%'`,
        [id],
      );
      const { detail, ...about } = JSON.parse(entry.text) as { detail: { field: string; refs: string[] } };
      expect(about).toMatchObject({ partner: 'hotich', unit: expect.any(String), procedure: expect.any(String) });
      expect(detail).toMatchObject({ field: 'ghiChu+nksQuocTich', refs: [expect.any(String), expect.any(String)] });
      expect(entry.text).not.toContain('ngắn');
      const before = await bench.delivery.vault.open(detail.refs[0], bench.delivery.db);
      expect(before.toString('utf8')).toContain('dài quá');
    });

    it('is part of what is approved', async () => {
      await refused(1, { ghiChu: 'a' });
      const [first, second] = [
        await planned([{ field: 'ghiChu', value: 'b' }]),
        await planned([{ field: 'ghiChu', value: 'c' }]),
      ];
      expect(first.selectionHash).not.toEqual(second.selectionHash);
      await expect(startPlan(first.id, bench.by(), bench.deps)).rejects.toMatchObject({ code: 'replay-not-allowed' });
    });

    it('of who somebody is goes to one delivery, typed twice', async () => {
      const [one] = await refused(2, { nksHoTen: 'TRẦN THỊ MẪU' });
      const edit = { field: 'nksHoTen', value: 'TRẦN THỊ MẪU HAI' };
      await expect(planned([edit])).rejects.toMatchObject({ code: 'edit-not-confirmed', field: 'nksHoTen' });
      await expect(planned([{ ...edit, delivery: one.id }])).rejects.toMatchObject({ code: 'edit-not-confirmed' });
      await expect(planned([{ ...edit, delivery: one.id, again: 'TRẦN THỊ MẤU HAI' }])).rejects.toMatchObject({
        code: 'edit-not-confirmed',
      });
      expect((await planned([{ ...edit, delivery: one.id, again: edit.value }])).editedFields).toEqual(['nksHoTen']);
    });

    it.each([
      ['of a field that neither the declaration nor a complaint has', { field: 'khongCo', value: 'x' }],
      ['with a control character', { field: 'ghiChu', value: 'a\u0007b' }],
      ['that is too long', { field: 'ghiChu', value: 'x'.repeat(2_001) }],
      [
        'of a delivery that is not in the plan',
        { field: 'ghiChu', value: 'x', delivery: '01900000-0000-7000-8000-000000000000' },
      ],
    ])('%s is refused, and no value is told', async (_name, edit) => {
      await refused(1, { ghiChu: 'a' });
      const error = await planned([edit]).catch((thrown: unknown) => thrown as Error);
      expect(error).toMatchObject({ code: 'edit-not-possible', field: edit.field });
      expect((error as Error).message).not.toContain(edit.value);
    });

    it('of a message that is not made of the declaration is refused', async () => {
      await bench.dead(1);
      await expect(planned([{ field: 'ghiChu', value: 'x' }])).rejects.toMatchObject({ code: 'edit-not-possible' });
    });
  });

  describe('a registration made outside', () => {
    const registration = {
      registrationNumber: '12',
      bookNumber: '03',
      registeredOn: '2026-03-02',
      identityNumber: '099026000001',
      file: PDF,
    };

    it('is linked by two people: nothing is pushed, and the dossier goes on as registered', async () => {
      const [one] = await refused(1, {});
      const { id } = await bench.started({
        action: 'link-registration',
        reasonCode: 'registered-by-hand',
        selection: { ids: [one.id] },
        registration,
      });
      const plan = await bench.run(id);
      expect(plan.counts).toMatchObject({ settled: 1, sent: 0 });
      expect(bench.partner.calls).toEqual([]);
      expect(await bench.delivery.journal(one.dossierId)).toEqual(
        expect.arrayContaining(['registration.submitted', 'registration.completed']),
      );
      const [{ state, codes }] = await bench.delivery.db.query<{ state: string; codes: { registry: string[] } }>(
        `select state, projection -> 'codes' as codes from dossier where id = $1`,
        [one.dossierId],
      );
      expect([state, codes.registry]).toEqual(['registered', ['00123/KS/12/03/2026']]);
      expect((await bench.logged(id)).filter((kind) => kind === 'registry-result.received')).toHaveLength(1);
    });

    it('needs a plan of its own', async () => {
      const [one] = await refused(1, {});
      await expect(bench.create({ registration })).rejects.toMatchObject({ code: 'replay-not-allowed' });
      await expect(
        bench.create({ action: 'link-registration', reasonCode: 'registered-by-hand', selection: { ids: [one.id] } }),
      ).rejects.toMatchObject({ code: 'replay-not-allowed' });
    });

    it('is refused for a dossier that does not wait for it', async () => {
      const [one] = await refused(1, {});
      await bench.delivery.db.execute(`update dossier set state = 'finished' where id = $1`, [one.dossierId]);
      await expect(
        bench.create({
          action: 'link-registration',
          reasonCode: 'registered-by-hand',
          selection: { ids: [one.id] },
          registration,
        }),
      ).rejects.toMatchObject({ code: 'link-not-possible', status: 409 });
    });
  });
});
