import type { Branch, Ending } from './branch';

const FINISHED: Ending = {
  state: 'finished',
  statuses: { oneStop: 10, dvclt: 5, registry: 4, portal: 10 },
  dvclt: [1, 3, 7, 4, 5],
  progress: [1, 2, 4, 9, 10],
  pushes: 1,
  registrations: 1,
};
const BIRTH_CODES = ['2.000986', '2.001023', '2.000987', '2.002621', '3.000722'];
const DEATH_CODES = ['1.006714', '1.011733', '1.007073', '2.002622', '2.002913'];

function underCode(kind: 'birth' | 'death', procedureCode: string): Branch {
  return {
    name: `takes a ${kind} under the code ${procedureCode}`,
    order: { kind, procedureCode },
    ends: FINISHED,
    async check([one]) {
      const [received] = await one.timeline();
      expect(received?.facts).toMatchObject({
        procedureCode,
        localProcedureCode: kind === 'birth' ? '3.000722' : '2.002913',
      });
      expect((await one.dossier())?.procedure).toBe(`${kind}-group`);
    },
  };
}

/** Codes, schemas and limits by date: the day of receipt picks them, and they stay. */
export const DATED_BRANCHES: readonly Branch[] = [
  ...BIRTH_CODES.map((code) => underCode('birth', code)),
  ...DEATH_CODES.map((code) => underCode('death', code)),
  {
    name: 'keeps codes, legs and limits of the day before a change, and ends after it',
    order: { kind: 'birth', procedureCode: '2.000986', receivedAt: '31/08/2026 14:59:00' },
    ends: FINISHED,
    async check([one]) {
      const [received] = await one.timeline();
      expect(received?.facts).toMatchObject({
        localProcedureCode: '2.002621',
        dueAt: '2026-08-31T17:00:00.000+07:00',
      });
      const legs = (await one.dossier())?.legs ?? [];
      expect(legs.map(({ leg, state }) => `${leg} ${state}`)).toEqual([
        'birth-registration done',
        'permanent-residence running',
        'health-insurance-card running',
      ]);
      expect(legs[1]?.dueAt).toBe('2026-09-04T17:00:00.000+07:00');
    },
  },
  {
    name: 'uses the codes of the day of a change from its first minute',
    order: { kind: 'birth', procedureCode: '2.002621', receivedAt: '01/09/2026 00:00:00' },
    ends: FINISHED,
    async check([one]) {
      expect((await one.timeline())[0]?.facts).toMatchObject({ localProcedureCode: '3.000722' });
      expect((await one.dossier())?.legs.map(({ leg }) => leg)).toContain('child-identity-card');
    },
  },
  {
    name: 'writes a dossier of the time with districts in the first schema generation [Q28 Q37]',
    order: {
      kind: 'birth',
      unit: '00123',
      receivedAt: '30/06/2025 09:00:00',
      content: { nksNoiSinhMaHuyen: '001', nksNoiSinhMaXa: '00123' },
    },
    ends: FINISHED,
    async check([one]) {
      const { content } = await one.registration();
      expect(content.nksNoiSinh).toMatchObject({ maTinh: '99', maHuyen: '001', maXa: '00123' });
      expect(content.nksNoiSinh).not.toHaveProperty('quocGia');
    },
  },
  {
    name: 'writes a dossier of the two-level time in the second schema generation [Q28 Q37]',
    order: {
      kind: 'birth',
      unit: '00123',
      receivedAt: '01/07/2025 09:00:00',
      content: { nksNoiSinhMaHuyen: '001', nksNoiSinhMaXa: '00123' },
    },
    ends: FINISHED,
    async check([one]) {
      const { content } = await one.registration();
      expect(content.nksNoiSinh).toMatchObject({ quocGia: 'VN', maTinh: '99', maXa: '00123' });
      expect(content.nksNoiSinh).not.toHaveProperty('maHuyen');
    },
  },
];
