import { fieldsOf } from '../server/fields';
import { foreignUpdate, portalItem, progressRow, reception, registryPush, statusPush } from '../testing/messages';
import type { Answer } from '../testing/http-ask';
import { Stage } from '../testing/stage';
import { until } from '#testing';

const CODE = 'H99.001-261102-0001';
const LATE_MS = 40;
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open({ lateMs: LATE_MS });
});

afterEach(() => stage.close());

interface Write {
  readonly name: string;
  readonly system: string;
  readonly operation: string;
  /** The effect that the ledger counts. */
  readonly kind: string;
  /** What must be there before. */
  prepare?(): Promise<unknown>;
  send(): Promise<Answer>;
  /** What a repeat is told. */
  readonly repeat: object;
}

let oneStopCode = '';
const receive = async () => {
  const answer = await stage.province.receive(reception(stage.simCase));
  oneStopCode = String(fieldsOf(answer.json)['maHoSoMCDT']);
};
const portal = (isUpdating: string, state: number) =>
  stage.province.portal('DongBoHoSoMC', { isUpdating, data: [portalItem(CODE, state)] });

const WRITES: readonly Write[] = [
  {
    name: 'the acknowledgement',
    system: 'dvclt',
    operation: 'acknowledge',
    kind: 'acknowledged',
    send: () => stage.province.acknowledge(stage.simCase.code),
    repeat: { status: 200, title: 'Cập nhật thành công' },
  },
  {
    name: 'a status',
    system: 'dvclt',
    operation: 'status',
    kind: 'status',
    send: () => stage.province.status(statusPush(stage.simCase, CODE, 1)),
    repeat: { errors: { soHoSoLT: ['Hồ sơ đã tồn tại trong một cửa điện tử'] } },
  },
  {
    name: 'a registration',
    system: 'hotich',
    operation: 'nhanHoSoDKHT',
    kind: 'received',
    send: () => stage.province.hotich('nhanHoSoDKHT', registryPush(stage.simCase, CODE)),
    repeat: { status: '0', errorDescription: 'Hồ sơ đã được tiếp nhận' },
  },
  {
    name: 'a create at the portal',
    system: 'dvcqg',
    operation: 'DongBoHoSoMC',
    kind: 'dossier',
    send: () => portal('False', 1),
    repeat: { error_code: -3, message: 'Mã hồ sơ đã tồn tại' },
  },
  {
    name: 'an update at the portal',
    system: 'dvcqg',
    operation: 'DongBoHoSoMC',
    kind: 'status',
    prepare: () => portal('False', 1),
    send: () => portal('True', 2),
    repeat: { error_code: 0, message: 'Đồng bộ hồ sơ thành công' },
  },
  {
    name: 'a row of progress',
    system: 'dvcqg',
    operation: 'CapNhatTienDoHoSoMC',
    kind: 'progress',
    prepare: () => portal('False', 1),
    send: () => stage.province.portal('CapNhatTienDoHoSoMC', { data: [progressRow(CODE, 2)] }),
    repeat: { error_code: 0, message: 'Cập nhật tiến độ thành công' },
  },
  {
    name: 'the hand-over to the one-stop',
    system: 'onestop',
    operation: 'tiepNhanHoSo',
    kind: 'dossier',
    send: () => stage.province.receive(reception(stage.simCase)),
    repeat: { status: '1', maHoSoMCDT: expect.stringMatching(/^H99\./) },
  },
  {
    name: 'an update of the one-stop',
    system: 'onestop',
    operation: 'capNhatTrangThai',
    kind: 'status',
    prepare: receive,
    send: () => stage.province.onestop('POST', 'capNhatTrangThai', foreignUpdate(stage.simCase, oneStopCode, 4)),
    repeat: { status: '1', statusDescription: 'Cập nhật trạng thái thành công' },
  },
];
const FORMS = ['drop', '502', 'html', 'late'] as const;

describe('a commit whose answer is lost', () => {
  it.each(WRITES.flatMap((write) => FORMS.map((form) => ({ ...write, form }))))(
    'leaves one effect of $name, by $form, and a repeat leaves no other [Q13]',
    async ({ system, operation, kind, prepare, send, repeat, form }) => {
      await prepare?.();
      if (prepare === receive) await until(() => stage.order('onestop', 'status').includes(2), 5_000, 'the decision');
      const before = stage.effects(system, kind);
      await stage.province.fault({ system, operation, switch: 'hiddenCommit', value: form, nth: 1 });
      const sinceMs = Date.now();
      const lost = await send().catch(() => 'cut' as const);
      if (form === 'drop') expect(lost).toBe('cut');
      else if (form === 'late') expect(Date.now() - sinceMs).toBeGreaterThanOrEqual(LATE_MS - 2);
      else expect(lost).toMatchObject({ status: form === '502' ? 502 : 200, text: expect.stringContaining('<html>') });
      expect(stage.effects(system, kind)).toBe(before + 1);
      expect((await send()).json).toMatchObject(repeat);
      expect(stage.effects(system, kind)).toBe(before + 1);
    },
  );

  it('is told of to nobody: calls without the switch are answered', async () => {
    await stage.province.fault({ system: 'dvclt', operation: 'status', switch: 'hiddenCommit', code: 'another' });
    expect((await stage.status(CODE, 1))['status']).toBe(200);
  });

  it('of a supplement leaves one effect at the one-stop and at hộ tịch [Q11 Q13]', async () => {
    await receive();
    await until(() => stage.order('onestop', 'status').includes(2), 5_000, 'the decision');
    await stage.province.ask('POST', `/_sim/cases/${oneStopCode}/decisions`, {
      body: { decision: 'request-supplement' },
    });
    await stage.province.fault({ system: 'onestop', operation: 'tiepNhanHoSo', switch: 'hiddenCommit', nth: 1 });
    const changed = reception(stage.simCase, { nguoiNop: { hoTen: 'Người Khác Mẫu' } });
    await expect(stage.province.receive(changed)).rejects.toThrow();
    await stage.province.receive(changed);
    expect(stage.effects('onestop', 'supplement')).toBe(1);
  });
});
