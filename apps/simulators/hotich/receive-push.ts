import { createHash } from 'node:crypto';
import type { Call } from '../server/call';
import { fieldsOf, type Fields } from '../server/fields';
import { jsonReply, type Reply } from '../server/reply';
import { checkPush } from './check-push';
import type { Complaint } from './check-content';
import type { RegistryRecord } from './registry-record';
import type { TextBook } from '../server/text-book';
import { lineBreak } from '../variants/break-variant';
import type { HotichText } from './texts';

export interface PushDesk {
  readonly records: Map<string, RegistryRecord>;
  readonly texts: TextBook<HotichText>;
  /** Called with the record of each accepted push, after it was stored and before the officer sees it. */
  onAccepted(record: RegistryRecord, body: Fields): void;
}

/** `POST …/nhanHoSoDKHT` (hotich.md §3): repeats are known by `maHoSoMCDT`, a changed re-push is taken only in state 2. */
export function receivePush(call: Call, desk: PushDesk): Reply {
  const { records, texts } = desk;
  const body = fieldsOf(call.body);
  const { complaints, content } = checkPush(body, call.faults.text('catalogueDrift') ?? null);
  if (complaints.length > 0) return validationFailure(complaints, call, texts);
  const contentDigest = digestOf(body);
  const known = records.get(String(body['maHoSoMCDT']));
  const isRepeat = known !== undefined && (known.state !== 2 || known.contentDigest === contentDigest);
  if (isRepeat) return call.faults.value('repeatIsError') === false ? success(texts) : repeated(texts);
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
  desk.onAccepted(record, body);
  return call.faults.value('repeatIsError') === true ? repeated(texts) : success(texts);
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
    withheld: null,
    completedPolls: 0,
  };
}

function digestOf(body: Fields): string {
  return createHash('sha256')
    .update(JSON.stringify([body['data'], body['fileDinhKem']]))
    .digest('hex');
}

function success(texts: TextBook<HotichText>): Reply {
  return jsonReply(200, { status: '1', statusDescription: texts.say('received'), errorCode: '', errorDescription: '' });
}

/** The exact answer of CONTRACTS §1.3. */
function repeated(texts: TextBook<HotichText>): Reply {
  const errorDescription = texts.say('repeated');
  return jsonReply(200, { status: '0', statusDescription: '', errorCode: '', errorDescription });
}

/**
 * hotich.md §3.1, or with `gluedErrors` the iGate form of §3.2: one string with a letter "n" for each line break, the request
 * echoed (Q24, Q36). `corruptBreaks` joins the messages of either form by what is left of a line break.
 */
function validationFailure(complaints: readonly Complaint[], call: Call, texts: TextBook<HotichText>): Reply {
  const sentences = complaints.map(({ text, field, limit = 0 }) => texts.say(text, { field, limit }));
  if (call.faults.isOn('gluedErrors')) {
    const errors = sentences.join(lineBreak(call.faults, 'n'));
    return jsonReply(200, { title: texts.say('failed'), status: 500, inputSend: call.body, errors });
  }
  const errorCode = complaints[0]?.errorCode ?? '500';
  const errorDescription = sentences.join(lineBreak(call.faults, '; '));
  return jsonReply(200, { status: '0', statusDescription: '', errorCode, errorDescription });
}
