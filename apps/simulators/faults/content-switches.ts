import { readLatePart } from '../hotich/late-part';
import { DATE_FORMS, readDateVariant } from '../variants/date-variant';
import { BOOL_VARIANTS, NAME_SHAPES } from '../variants/content-variant';
import { CORRUPT_BREAKS } from '../variants/break-variant';
import { NESTING_VARIANTS } from '../variants/nesting-variant';
import { SYSTEMS } from '../server/systems';
import { either, isCount, isText, isTrue, isTrueOrFalse, oneOf, type Switch } from './switch';

/** How the content of an answer is written, and what is missing from it. */
export const CONTENT_SWITCHES: Readonly<Record<string, Switch>> = {
  codeAsString: {
    systems: ['hotich', 'dvcqg'],
    defaultValue: true,
    accepts: either(isTrueOrFalse, oneOf('0', '00')),
    meaning: 'numbers as strings; portal also "00" (Q02)',
  },
  nesting: {
    systems: ['dvclt'],
    operations: ['detail'],
    defaultValue: 'object',
    accepts: oneOf(...NESTING_VARIANTS),
    meaning: `${NESTING_VARIANTS.join(' | ')}; the last three are broken (Q07)`,
  },
  resultAsString: {
    systems: ['hotich'],
    operations: ['layKetQuaDKHT'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'ketQuaXuLy as JSON text (Q08)',
  },
  dateVariant: {
    systems: SYSTEMS,
    operations: ['list', 'detail', 'layKetQuaDKHT', 'TraCuuHoSo', 'traCuuHoSo', 'suKien'],
    defaultValue: 'mixed',
    accepts: (value) => readDateVariant(value) !== null,
    meaning: `${DATE_FORMS.map((form) => `"${form}"`).join(' | ')} | mixed, or {form,fields}: form of the dates (Q09)`,
  },
  unknownRow: {
    systems: ['hotich'],
    operations: ['layKetQuaDKHT'],
    defaultValue: 'garbage',
    accepts: oneOf('absent', 'garbage'),
    meaning: 'an unknown code is absent | a row with a meaningless status; with a code, also a known one (Q16)',
  },
  completedNoFile: {
    systems: ['hotich'],
    operations: ['layKetQuaDKHT'],
    defaultValue: 'file',
    accepts: oneOf('file', 'result', 'number'),
    meaning: 'completed with an empty file | null result | no personal number (Q19)',
  },
  fileLateAfter: {
    systems: ['hotich'],
    operations: ['layKetQuaDKHT'],
    defaultValue: 3,
    accepts: (value) => readLatePart(value) !== null,
    meaning: 'n: the file is missing in the first n completed rows of a dossier; result:n, number:n (Q19)',
  },
  fileInline: {
    systems: ['dvclt', 'hotich'],
    operations: ['detail', 'layKetQuaDKHT'],
    defaultValue: 5 * 1024 * 1024,
    accepts: (value) => value === false || isCount(value),
    meaning: 'bytes: the inline files have at least this size; false: a dead address in their place (Q20)',
  },
  withdrawnFiles: {
    systems: ['dvclt'],
    operations: ['detail'],
    defaultValue: 1,
    accepts: isCount,
    meaning: 'so many withdrawn papers besides those of the case (Q22)',
  },
  gluedErrors: {
    systems: ['hotich'],
    operations: ['nhanHoSoDKHT'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'validation answered the iGate way: one string, request echoed (Q24)',
  },
  boolVariant: {
    systems: ['dvclt'],
    operations: ['detail'],
    defaultValue: 'text',
    accepts: oneOf(...BOOL_VARIANTS),
    meaning: 'huyGiayTo and XacThucThongTin as text ("True") | digit ("1") | json (true) (Q27)',
  },
  nameShape: {
    systems: ['dvclt', 'hotich'],
    operations: ['detail', 'layKetQuaDKHT'],
    defaultValue: 'capitals',
    accepts: oneOf(...NAME_SHAPES),
    meaning: 'names in capitals | padded with spaces; empty ("" for null) | absent (empty elements left out) (Q35)',
  },
  corruptBreaks: {
    systems: ['hotich'],
    defaultValue: 'n',
    accepts: oneOf(...CORRUPT_BREAKS),
    meaning: 'n | u000a in place of the line breaks of notes and validation messages (Q36)',
  },
  emptyArea: {
    systems: ['dvclt', 'hotich'],
    operations: ['detail', 'layKetQuaDKHT'],
    defaultValue: true,
    accepts: either(isTrue, oneOf('unit')),
    meaning: 'area codes empty, addresses full; unit: noiDangKy of DVCLT too (Q45)',
  },
  catalogueDrift: {
    systems: ['hotich', 'dvcqg', 'onestop'],
    operations: ['nhanHoSoDKHT', 'DongBoHoSoMC', 'tiepNhanHoSo'],
    defaultValue: '99001',
    accepts: isText,
    meaning: 'this catalogue value, procedure (portal) or commune (one-stop) is no longer known (Q37)',
  },
};
