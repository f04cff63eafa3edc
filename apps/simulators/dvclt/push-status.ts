import type { Call } from '../server/call';
import { fieldsOf } from '../server/fields';
import type { Reply } from '../server/reply';
import { checkStatusBody } from './check-status-body';
import type { DossierList, ListedDossier } from './dossier-list';
import { dvcltFailure, dvcltSuccess } from './dvclt-dialect';
import { judgeStatus, type StatusVerdict } from './order-engine';
import { DVCLT_TEXTS, notSentText } from './texts';

/** Called once for each accepted status. */
export type OnStatus = (dossier: ListedDossier, status: number) => void;

/** `POST …/capnhattrangthaihosohotich` (dvclt.md §5): fields first, then the order. */
export function pushStatus(call: Call, dossiers: DossierList, onStatus: OnStatus): Reply {
  const body = fieldsOf(call.body);
  const dossier = dossiers.find(body['soHoSoLT']);
  if (dossier === undefined) return dvcltFailure('soHoSoLT', DVCLT_TEXTS.unknown);
  const { procedureCode, module } = dossier.simCase;
  const complaint = checkStatusBody(body, { procedureCode, module, oneStopCode: dossier.oneStopCode });
  if (complaint !== null) return dvcltFailure(complaint.field, complaint.text);
  const status = Number(body['trangThai']);
  const verdict = judgeStatus(dossier.progress, status);
  if (verdict.kind !== 'applied') return answerToNoEffect(verdict, call);
  if (call.faults.isOn('orderStrict')) return dvcltFailure('soHoSoLT', notSentText(dossier.progress.current || 1));
  apply(dossier, status, String(body['maHoSo']));
  onStatus(dossier, status);
  return answerToApplied(dossier, call);
}

function apply(dossier: ListedDossier, status: number, oneStopCode: string): void {
  dossier.progress = { current: status, isSupplemented: false };
  dossier.oneStopCode = oneStopCode;
}

function answerToNoEffect(verdict: Exclude<StatusVerdict, { kind: 'applied' }>, call: Call): Reply {
  if (verdict.kind === 'refused') return dvcltFailure('soHoSoLT', verdict.text);
  const isToldAsSuccess = verdict.text === null || call.faults.value('repeatIsError') === false;
  return isToldAsSuccess ? dvcltSuccess(DVCLT_TEXTS.applied) : dvcltFailure('soHoSoLT', verdict.text);
}

/** Q15 and Q12: applied, and yet answered with the text of a repeat where one proves the state. */
function answerToApplied({ progress }: ListedDossier, call: Call): Reply {
  const asRepeat = judgeStatus(progress, progress.current);
  const isTerminal = progress.current >= 4 && progress.current <= 6;
  const isToldAsError =
    call.faults.value('repeatIsError') === true || (isTerminal && call.faults.isOn('terminalConflict'));
  const text = asRepeat.kind === 'repeated' ? asRepeat.text : null;
  return isToldAsError && text !== null ? dvcltFailure('soHoSoLT', text) : dvcltSuccess(DVCLT_TEXTS.applied);
}
