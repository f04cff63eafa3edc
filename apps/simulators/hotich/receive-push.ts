import { createHash } from 'node:crypto';
import type { Call } from '../server/call';
import { fieldsOf, type Fields } from '../server/fields';
import { jsonReply, type Reply } from '../server/reply';
import { checkPush } from './check-push';
import type { Complaint } from './check-content';
import type { RegistryRecord } from './registry-record';
import { HOTICH_TEXTS } from './texts';

/** Called with the record of each accepted push, after it was stored and before the officer sees it. */
export type OnAccepted = (record: RegistryRecord) => void;

/** `POST …/nhanHoSoDKHT` (hotich.md §3): repeats are known by `maHoSoMCDT`, a changed re-push is taken only in state 2. */
export function receivePush(call: Call, records: Map<string, RegistryRecord>, onAccepted: OnAccepted): Reply {
  const body = fieldsOf(call.body);
  const drift = call.faults.value('catalogueDrift');
  const { complaints, content } = checkPush(body, typeof drift === 'string' ? drift : null);
  if (complaints.length > 0) return validationFailure(complaints, call);
  const contentDigest = digestOf(body);
  const known = records.get(String(body['maHoSoMCDT']));
  const isRepeat = known !== undefined && (known.state !== 2 || known.contentDigest === contentDigest);
  if (isRepeat) return call.faults.value('repeatIsError') === false ? success() : repeated();
  const record = known ?? newRecord(body);
  Object.assign(record, {
    unit: body['maDonVi'],
    content,
    contentDigest,
    pushes: record.pushes + 1,
    note: '',
    deadlineAtMs: null,
  });
  records.set(record.oneStopCode, record);
  onAccepted(record);
  return call.faults.value('repeatIsError') === true ? repeated() : success();
}

function newRecord(body: Fields): RegistryRecord {
  return {
    dvcltCode: String(body['maHoSoLT']),
    oneStopCode: String(body['maHoSoMCDT']),
    module: body['module'] === 'LTKS' ? 'LTKS' : 'LTKT',
    unit: '',
    content: {},
    contentDigest: '',
    state: 1,
    changedAtMs: 0,
    pushes: 0,
    note: '',
    deadlineAtMs: null,
    result: null,
    completedPolls: 0,
  };
}

function digestOf(body: Fields): string {
  return createHash('sha256')
    .update(JSON.stringify([body['data'], body['fileDinhKem']]))
    .digest('hex');
}

function success(): Reply {
  return jsonReply(200, { status: '1', statusDescription: HOTICH_TEXTS.received, errorCode: '', errorDescription: '' });
}

/** The exact answer of CONTRACTS §1.3. */
function repeated(): Reply {
  return jsonReply(200, { status: '0', statusDescription: '', errorCode: '', errorDescription: HOTICH_TEXTS.repeated });
}

/** hotich.md §3.1, or with `gluedErrors` the iGate form of §3.2: one string with an "n" for each line break, the request echoed (Q24, Q36). */
function validationFailure(complaints: readonly Complaint[], call: Call): Reply {
  const texts = complaints.map((complaint) => complaint.text);
  if (call.faults.isOn('gluedErrors')) {
    return jsonReply(200, { title: HOTICH_TEXTS.failed, status: 500, inputSend: call.body, errors: texts.join('n') });
  }
  const errorCode = complaints[0]?.errorCode ?? '500';
  return jsonReply(200, { status: '0', statusDescription: '', errorCode, errorDescription: texts.join('; ') });
}
