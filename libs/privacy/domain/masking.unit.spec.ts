import { contentFields } from './content-fields';
import { identityNumber, numbersInContent, numbersInResult } from './identity-numbers';
import { KINDS, UNLABELLED } from './labels';
import { maskOf, withoutValues } from './mask';
import { purposeFor, type PurposePolicy, type PurposeUse } from './purposes';
import type { DossierContent, RegistrationResult } from '#dossier';

/** Invented. */
const CONTENT: DossierContent = {
  procedureCode: '2.000986',
  module: 'KS',
  unit: '99001',
  receivedAtText: '02/03/2026 08:00:00',
  subject: { name: 'TRẦN MẪU CON' },
  requester: { name: 'LÊ MẪU MẸ', identityNumber: '999199000001', phone: '0999000001' },
  declaration: {
    nksHoTen: 'TRẦN MẪU CON',
    meSoGiayToTuyThan: '999199000001',
    nycSoGiayToTuyThan: '999000111',
    ngayCapGCS: '20260228',
  },
  attachments: [],
};
const RESULT: RegistrationResult = {
  identityNumber: '999226000004',
  registrationNumber: '01',
  bookNumber: '01/2026',
  registeredOnText: '02/03/2026',
  fields: { nksNoiSinh: { maTinh: '99', maXa: '99001', dcChiTiet: 'Bệnh viện Mẫu' } },
  fileRef: 'result-file',
  fileName: 'ket-qua.pdf',
  fileSizeBytes: 11,
};

describe('masks', () => {
  it('holds no letter and no digit of any value, and is the same for all values of a kind', () => {
    for (const kind of KINDS) expect(maskOf(kind)).toMatch(/^[•.,@ ]+$/);
  });

  it('blanks known values in a text, in any case and spacing, longest first, and leaves the rest', () => {
    const text = 'Hồ sơ của Lê  Mẫu MẸ, 999199000001, đã tồn tại; nam: 1';
    expect(withoutValues(text, ['LÊ MẪU MẸ', 'LÊ MẪU', '999199000001', '1', ''])).toBe(
      'Hồ sơ của •••••, •••••, đã tồn tại; nam: 1',
    );
  });

  it('takes values with signs of patterns as they are', () => {
    expect(withoutValues('a (x.y)+ b xzy', ['(x.y)+'])).toBe('a ••••• b xzy');
  });

  it('takes every sign of a value as it is', () => {
    const signs = String.raw`^$\.*+?()[]{}|/-#&~!@%=<>,:;"'` + '`_';
    expect(withoutValues(`số ${signs} ở đây`, [signs])).toBe('số ••••• ở đây');
  });
});

describe('fields of a content', () => {
  const fields = contentFields({ content: CONTENT, result: RESULT, officer: { note: 'Đủ' } }, (name) =>
    name === 'nksHoTen' ? { label: 'ordinary', kind: 'name' } : undefined,
  );
  const labelOf = (name: string) => fields.find(({ field }) => field === name);

  it('names what it knows, and nothing by a name that nobody has labelled', () => {
    expect(labelOf('declaration.nksHoTen')).toMatchObject({ label: 'ordinary', kind: 'name' });
    expect(labelOf('declaration.ngayCapGCS')).toBeUndefined();
    expect(labelOf('declaration.other-1')).toMatchObject(UNLABELLED);
    expect(labelOf('officer.note')).toMatchObject({ label: 'sensitive' });
    expect(labelOf('requester.phone')).toMatchObject({ label: 'ordinary', kind: 'phone' });
  });

  it('has every leaf once', () => {
    expect(new Set(fields.map(({ field }) => field)).size).toBe(fields.length);
  });

  it('takes address objects apart without naming their members', () => {
    const places = fields.filter(({ value }) => value === 'Bệnh viện Mẫu').map(({ field }) => field);
    expect(places).toEqual([expect.stringMatching(/^result\.fields\.other-\d+\.3$/)]);
  });
});

describe('identity numbers', () => {
  it.each([
    ['999 199 000 001', '999199000001'],
    ['999000111', '999000111'],
    ['b1234567', 'B1234567'],
    ['0999000001', undefined],
    ['20260228', undefined],
    ['27.02.2026', undefined],
    ['99001', undefined],
  ])('reads %s as %s', (text, number) => {
    expect(identityNumber(text)).toBe(number);
  });

  it('are found in declaration and summary, with their fields', () => {
    expect(numbersInContent(CONTENT)).toEqual([
      { number: '999199000001', fields: ['requester.identityNumber', 'declaration.meSoGiayToTuyThan'] },
      { number: '999000111', fields: ['declaration.nycSoGiayToTuyThan'] },
    ]);
    expect(numbersInResult(RESULT).map(({ number }) => number)).toEqual(['999226000004']);
  });
});

describe('a purpose', () => {
  const policy = {
    limits: {} as PurposePolicy['limits'],
    purposes: [
      {
        id: 'old',
        label: 'x',
        legalBasis: 'x',
        validFrom: '2026-01-01',
        validTo: '2026-06-30',
        roles: ['auditor'],
        sensitive: true,
        search: true,
      },
      {
        id: 'plain',
        label: 'x',
        legalBasis: 'x',
        validFrom: '2026-01-01',
        roles: ['operator'],
        sensitive: false,
        search: false,
      },
      {
        id: 'full',
        label: 'x',
        legalBasis: 'x',
        validFrom: '2026-01-01',
        roles: ['operator'],
        sensitive: true,
        search: true,
      },
    ],
  } satisfies PurposePolicy;
  const use = (change: Partial<PurposeUse>): PurposeUse => ({
    purpose: 'full',
    roles: ['operator'],
    day: '2026-07-01',
    isSensitive: false,
    ...change,
  });
  it.each<[string, Partial<PurposeUse>, string | undefined]>([
    ['an ordinary field', {}, undefined],
    ['a sensitive one with a reason', { isSensitive: true, reason: 'complaint 12/2026' }, undefined],
    ['a sensitive one without', { isSensitive: true }, 'reveal-reason-missing'],
    ['a reason of blanks', { isSensitive: true, reason: '            ' }, 'reveal-reason-missing'],
    ['another role', { roles: ['auditor'] }, 'purpose-not-allowed'],
    [
      'a sensitive field for a purpose without',
      { purpose: 'plain', isSensitive: true, reason: 'complaint 12/2026' },
      'purpose-not-allowed',
    ],
    ['a search for a purpose without', { purpose: 'plain', isSearch: true }, 'purpose-not-allowed'],
    ['one that has ended', { purpose: 'old', roles: ['auditor'] }, 'purpose-unknown'],
    ['none', { purpose: 'nothing' }, 'purpose-unknown'],
  ])('decides on %s', (_what, change, code) => {
    const decide = () => purposeFor(policy, use(change));
    if (code === undefined) expect(decide().id).toBe('full');
    else expect(decide).toThrow(expect.objectContaining({ code }));
  });
});
