import { join } from 'node:path';
import { loadQuarantineCauses } from '../adapters/load-quarantine-causes';
import { groupKeyOf, quarantineCauseOf, type QuarantineKind } from './quarantine-causes';

const causes = loadQuarantineCauses(join(__dirname, '../../../config'));
const kind = (more: Partial<QuarantineKind> = {}): QuarantineKind => ({
  source: 'dvclt',
  stage: 'unit',
  reasonCode: 'unit-unknown',
  field: 'unit',
  ...more,
});

describe('the causes of quarantine that ship', () => {
  it('say in Vietnamese what is wrong, who acts and how', () => {
    expect(
      quarantineCauseOf(kind({ stage: 'checks', reasonCode: 'checks.field-missing', field: 'maDonVi' }), causes),
    ).toEqual({
      id: 'field-missing',
      label: 'Thiếu thông tin bắt buộc',
      explanation: 'Thông điệp của Phần mềm liên thông (DVCLT) không có trường maDonVi.',
      responsible: 'dvclt',
      fix: 'Báo Phần mềm liên thông (DVCLT) bổ sung trường maDonVi; bản đã sửa sẽ được tự động tiếp nhận.',
    });
  });

  it.each([
    ['dvclt', 'unit', 'unit-unknown', 'unit-unknown', 'province'],
    ['dvclt', 'unit', 'unit-ambiguous', 'unit-ambiguous', 'province'],
    ['dvclt', 'unit', 'configuration-invalid', 'mapping-file-wrong', 'province'],
    ['dvclt', 'procedure', 'procedure-unknown', 'procedure-unknown', 'province'],
    ['dvclt', 'detail', 'code-mismatch', 'code-mismatch', 'dvclt'],
    ['dvclt', 'checks', 'checks.two-codes', 'content-wrong', 'dvclt'],
    ['dvclt', 'files', 'files.not-base64', 'attachment-unreadable', 'dvclt'],
    ['dvclt', 'outer-json', 'decode.too-slow', 'decoder-out-of-breath', 'ourselves'],
    ['dvclt', 'outer-json', 'outer.not-json', 'message-broken', 'dvclt'],
    ['dvclt', 'inner-json', 'inner.no-declaration', 'message-broken', 'dvclt'],
    ['dvclt', 'xml', 'xml.doctype', 'declaration-broken', 'dvclt'],
    ['dvclt', 'list', 'row-unreadable', 'row-unreadable', 'dvclt'],
    ['dvclt', 'fetch', 'dvclt.detail-refused', 'detail-refused', 'dvclt'],
    ['onestop', 'event', 'position-reused', 'decision-unreadable', 'onestop'],
    ['onestop', 'dossier', 'dossier-unknown', 'decision-dossier-unknown', 'one-stop'],
    ['dvclt', 'store', '23514', 'our-fault', 'ourselves'],
  ])('%s %s %s is %s, %s acts', (...[source, stage, reasonCode, id, responsible]) => {
    expect(quarantineCauseOf(kind({ source, stage, reasonCode }), causes)).toMatchObject({ id, responsible });
  });

  it('leave what nobody described without a cause', () => {
    expect(quarantineCauseOf(kind({ stage: 'nobody', reasonCode: 'described-this' }), causes)).toBeUndefined();
  });
});

describe('the key of a group', () => {
  it('is the same for the same kind, whatever describes it, and another one when any part differs', () => {
    const keys = [
      kind(),
      kind({ source: 'onestop' }),
      kind({ stage: 'checks' }),
      kind({ reasonCode: 'unit-ambiguous' }),
      kind({ field: null }),
      kind({ field: '' }),
      kind({ source: 'dvcltunit', stage: '' }),
    ].map(groupKeyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(groupKeyOf(kind())).toBe(keys[0]);
    expect(keys[0]).toMatch(/^[0-9a-f]{16}$/);
  });
});
