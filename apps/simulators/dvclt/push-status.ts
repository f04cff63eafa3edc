import type { Call } from '../server/call';
import type { FiredFaults } from '../faults/fired-faults';
import { fieldsOf } from '../server/fields';
import type { Reply } from '../server/reply';
import type { EmptyRule } from './check-result';
import { checkStatusBody } from './check-status-body';
import type { DossierList, ListedDossier } from './dossier-list';
import type { DvcltAnswers } from './dvclt-dialect';
import { judgeStatus, type StatusVerdict } from './order-engine';

/** Called once for each accepted status. */
type OnStatus = (dossier: ListedDossier, status: number) => void;

export interface StatusDesk {
  readonly dossiers: DossierList;
  readonly answers: DvcltAnswers;
  readonly onStatus: OnStatus;
}

/** `POST …/capnhattrangthaihosohotich` (dvclt.md §5): fields first, then the order. */
export function pushStatus(call: Call, desk: StatusDesk): Reply {
  const { dossiers, answers, onStatus } = desk;
  const body = fieldsOf(call.body);
  const dossier = dossiers.find(body['soHoSoLT']);
  if (dossier === undefined) return answers.refused('unknown');
  const { procedureCode, module } = dossier.simCase;
  const target = { procedureCode, module, oneStopCode: dossier.oneStopCode, emptyRule: emptyRuleOf(call.faults) };
  const complaint = checkStatusBody(body, target);
  if (complaint !== null) return answers.wrongField(complaint);
  const status = Number(body['trangThai']);
  const verdict = judgeStatus(dossier.progress, status);
  if (verdict.kind !== 'applied') return answerToNoEffect(verdict, call, answers);
  if (call.faults.isOn('orderStrict')) return answers.refused('notSent', { step: dossier.progress.current || 1 });
  dossier.progress = { current: status, isSupplemented: false };
  dossier.oneStopCode = String(body['maHoSo']);
  onStatus(dossier, status);
  return answerToApplied(dossier, call, answers);
}

/** Q23: the switch makes the rule strict or, with `false`, lifts it. */
function emptyRuleOf(faults: FiredFaults): EmptyRule {
  if (faults.value('refuseEmpty') === false) return 'lenient';
  return faults.isOn('refuseEmpty') ? 'strict' : 'contract';
}

function answerToNoEffect(
  verdict: Exclude<StatusVerdict, { kind: 'applied' }>,
  call: Call,
  answers: DvcltAnswers,
): Reply {
  const { kind, text } = verdict;
  const isToldAsSuccess = kind === 'repeated' && call.faults.value('repeatIsError') === false;
  return text === null || isToldAsSuccess ? answers.success('applied') : answers.refused(text.name, stepOf(text));
}

/** Q15 and Q12: applied, and yet answered with the text of a repeat where one proves the state. */
function answerToApplied({ progress }: ListedDossier, call: Call, answers: DvcltAnswers): Reply {
  const asRepeat = judgeStatus(progress, progress.current);
  const isTerminal = progress.current >= 4 && progress.current <= 6;
  const isToldAsError =
    call.faults.value('repeatIsError') === true || (isTerminal && call.faults.isOn('terminalConflict'));
  const text = asRepeat.kind === 'repeated' ? asRepeat.text : null;
  return isToldAsError && text !== null ? answers.refused(text.name, stepOf(text)) : answers.success('applied');
}

function stepOf({ step }: { readonly step?: number }): Record<string, number> {
  return step === undefined ? {} : { step };
}
