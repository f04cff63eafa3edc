import { CaseGenerator } from '../../apps/simulators/cases/case-generator';

/** Body of `POST /api/v1/dossiers` with everything that a simulator's case holds. */
export interface SyntheticFiling {
  dvcltCode: string;
  oneStopCode: string;
  unit: string;
  module: 'KS' | 'KT';
  content: Record<string, string>;
  body: Record<string, unknown>;
}

const FILE = Buffer.from('%PDF-1.4 MẪU - KHÔNG CÓ GIÁ TRỊ');

/** Synthetic dossiers of both kinds, with names of files that tell, as people write them. */
export function syntheticFilings(count: number, seed = 11): SyntheticFiling[] {
  const generator = new CaseGenerator(() => Date.UTC(2026, 10, 2, 3), 1);
  return (['birth', 'death'] as const).flatMap((kind) =>
    generator.generate({ kind, count, scenario: 'happy-path', seed }).map((one, at): SyntheticFiling => {
      const { content } = one;
      const person = kind === 'birth' ? 'nks' : 'nkt';
      const dvcltCode = one.code;
      const oneStopCode = `H99.101-261102-${kind === 'birth' ? 1 : 2}${String(at).padStart(3, '0')}`;
      const unit = one.unit === '00123' ? '99001' : one.unit;
      const module = kind === 'birth' ? 'KS' : 'KT';
      const body = {
        dvcltCode,
        oneStopCode,
        procedureCode: kind === 'birth' ? '2.000986' : '2.002622',
        module,
        unit,
        receivedAt: '2026-11-02T08:00:00+07:00',
        subject: {
          name: content[`${person}HoTen`],
          birthDate: content[`${person}NgaySinh`],
          ...(kind === 'death' ? { identityNumber: content['nktSoGiayToTuyThan'] } : {}),
        },
        requester: {
          name: content['nycHoTen'],
          identityNumber: content['nycSoGiayToTuyThan'],
          phone: content['nycSoDienThoai'],
          relation: content['nycQuanHe'],
        },
        content,
        attachments: [
          {
            id: 1,
            loaiGiayTo: 3,
            tenGiayTo: `Giấy chứng nhận của ${content['nycHoTen']}`,
            tenTepDinhKem: `${content['nycHoTen']}.pdf`,
            huyGiayTo: 0,
            duLieuTepDinhKem: FILE.toString('base64'),
          },
        ],
      };
      return { dvcltCode, oneStopCode, unit, module, content, body };
    }),
  );
}

/** Values that would tell who somebody is, or what happened to them: every labelled one that is no code of a catalogue and no word of the language. */
export function tellingValues({ content, body }: SyntheticFiling): string[] {
  const values = [...Object.entries(content), ...Object.entries(body['requester'] as Record<string, string>)]
    .filter(([name]) => !/^(noiDangKy|loaiDangKy|soLuongBanSao)$/.test(name))
    .map(([, value]) => value);
  // Codes of catalogues, relations and the issuing office are words that occur without a person.
  return [...new Set(values)].filter((value) => value.length >= 6 && value !== 'Cơ quan cấp mẫu');
}
