import { DVCLT_TEXTS } from './dvclt/texts';
import { PORTAL_TEXTS } from './dvcqg/texts';
import { HOTICH_TEXTS } from './hotich/texts';
import { ONESTOP_TEXTS } from './onestop/texts';
import { fieldsOf } from './server/fields';
import { portalItem, progressRow, reception } from './testing/messages';
import { Stage } from './testing/stage';

const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open({ texts: { dvclt: { applied: 'Đã ghi nhận thành công' } } });
});

afterEach(() => stage.close());

const post = (texts: unknown) => stage.province.ask('POST', '/_sim/texts', { body: texts });

describe('message texts', () => {
  it('come from options and are replaced while the process runs, until they are reset [Q44]', async () => {
    expect(await stage.status(CODE, 1)).toMatchObject({ title: 'Đã ghi nhận thành công' });
    await post({ dvclt: { notSent: 'Bước {step} CHƯA ĐƯỢC GỬI không thể cập nhật trạng thái' } });
    expect(await stage.status(CODE, 7)).toMatchObject({
      errors: { soHoSoLT: ['Bước 3 CHƯA ĐƯỢC GỬI không thể cập nhật trạng thái'] },
    });
    expect((await stage.province.ask('DELETE', '/_sim/texts')).status).toBe(204);
    expect(await stage.status(CODE, 3)).toMatchObject({ title: 'Cập nhật trạng thái thành công' });
  });

  it('hold the refusals of the batch limits', async () => {
    await post({ hotich: { batchLimit: 'Tối đa {limit}' }, dvcqg: { batchLimit: 'Không quá {limit} dòng' } });
    const poll = await stage.province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: ['a', 'b', 'c', 'd'] });
    expect(fieldsOf(poll.json)['statusDescription']).toBe('Tối đa 3');
    await stage.province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1)] });
    const rows = Array.from({ length: 11 }, () => progressRow(CODE, 1));
    const progress = await stage.province.portal('CapNhatTienDoHoSoMC', { data: rows });
    expect(fieldsOf(progress.json)['message']).toBe('Không quá 10 dòng');
  });

  it('hold those of hộ tịch’s validation and of the one-stop', async () => {
    await post({ hotich: { wrongFormat: '{field} sai kiểu' }, onestop: { received: 'Đã nhận' } });
    expect((await stage.register(CODE, { meSoDDCN: '12' }))['errorDescription']).toBe('meSoDDCN sai kiểu');
    const answer = await stage.province.receive(reception(stage.simCase));
    expect(fieldsOf(answer.json)['statusDescription']).toBe('Đã nhận');
  });

  it('are shown as they are, by system and name', async () => {
    const shown = fieldsOf((await stage.province.ask('GET', '/_sim/texts')).json);
    expect(shown).toEqual({
      dvclt: { ...DVCLT_TEXTS, applied: 'Đã ghi nhận thành công' },
      hotich: HOTICH_TEXTS,
      dvcqg: PORTAL_TEXTS,
      onestop: ONESTOP_TEXTS,
    });
  });

  it.each([
    [{ nobody: {} }, 'one of dvclt'],
    [{ dvclt: { unheardOf: 'x' } }, 'acknowledged'],
    [{ dvclt: { applied: 'x' }, hotich: { received: '' } }, 'a sentence'],
  ])('are all refused where one is wrong: %j', async (texts, words) => {
    const answer = await post(texts);
    expect([answer.status, fieldsOf(answer.json)['title']]).toEqual([400, expect.stringContaining(words)]);
    expect(await stage.status(CODE, 1)).toMatchObject({ title: 'Đã ghi nhận thành công' });
  });
});
