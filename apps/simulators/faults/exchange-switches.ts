import { POISONS } from '../dvclt/poison';
import { readStorm } from '../onestop/storm';
import { either, isCount, isTrue, isTrueOrFalse, oneOf, type Switch } from './switch';

/** How a system keeps the rules of the exchange: lists, order, repeats, limits, files by address. */
export const EXCHANGE_SWITCHES: Readonly<Record<string, Switch>> = {
  ackLost: {
    systems: ['dvclt'],
    operations: ['acknowledge'],
    defaultValue: 'after',
    accepts: oneOf('before', 'after'),
    meaning: 'the acknowledgement is cut before | after it was applied (Q10)',
  },
  relistSame: {
    systems: ['dvclt'],
    operations: ['acknowledge'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'listed again, unchanged, after the acknowledgement (Q11)',
  },
  relistChanged: {
    systems: ['dvclt'],
    operations: ['acknowledge'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'listed again, changed, after the acknowledgement (Q11)',
  },
  listSize: {
    systems: ['dvclt'],
    operations: ['list'],
    defaultValue: 1,
    accepts: isCount,
    meaning: 'at most so many dossiers in the list (Q29)',
  },
  poisonFirst: {
    systems: ['dvclt'],
    operations: ['list'],
    defaultValue: 'procedure',
    accepts: either(isTrue, oneOf(...POISONS)),
    meaning: 'the list begins with an item of an unknown procedure | unit, or a detail that ends too early (Q43)',
  },
  orderStrict: {
    systems: ['dvclt'],
    operations: ['status'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'a right next status is answered as if the step before were missing (Q14)',
  },
  terminalConflict: {
    systems: ['dvclt'],
    operations: ['status'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: '4, 5 and 6 are applied and answered with the text of the state they led to (Q15)',
  },
  refuseEmpty: {
    systems: ['dvclt'],
    operations: ['status'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'true: every leaf of ketQuaXuLy must be there and full; false: empty ones pass (Q23)',
  },
  repeatIsError: {
    systems: ['dvclt', 'hotich', 'dvcqg'],
    operations: ['status', 'nhanHoSoDKHT', 'DongBoHoSoMC'],
    defaultValue: true,
    accepts: either(isTrueOrFalse, oneOf('0', '3', '-3')),
    meaning:
      'true: also a first write is answered as a repeat; false: a repeat as a success; portal: code of a repeat (Q12)',
  },
  batchLimit: {
    systems: ['hotich', 'dvcqg'],
    operations: ['layKetQuaDKHT', 'CapNhatTienDoHoSoMC'],
    defaultValue: 1,
    accepts: isCount,
    meaning: 'most codes or rows in one call (Q18)',
  },
  twoCallSync: {
    systems: ['dvcqg'],
    operations: ['DongBoHoSoMC'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'a create shows nowhere and takes no progress before its first update (Q38)',
  },
  fileUrlDead: {
    systems: ['dvcqg'],
    operations: ['DongBoHoSoMC'],
    defaultValue: true,
    accepts: (value) => isTrueOrFalse(value) || /^slow(:\d+)?$/.test(String(value)),
    meaning: 'true: the files of this call are out of reach; slow | slow:ms: the portal gives up waiting (Q20)',
  },
  stateValidation: {
    systems: ['dvcqg'],
    operations: ['DongBoHoSoMC'],
    defaultValue: [5, 6, 8],
    accepts: (value) => Array.isArray(value) && value.every(isCount),
    meaning: 'these states are refused (dvcqg.md §10)',
  },
  clientStorm: {
    systems: ['onestop'],
    operations: ['decision'],
    defaultValue: { periodMs: 1_000, rounds: 10 },
    accepts: (value) => readStorm(value) !== null,
    meaning: '{periodMs,rounds}: the decision is posted again and again, answered or not (Q34)',
  },
};
