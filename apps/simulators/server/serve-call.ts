import { noiseReply, readNoise } from '../faults/noise';
import { readSizeLimit } from '../faults/size-limit';
import { readSlowness } from '../faults/slowness';
import { textVariant } from '../faults/text-variant';
import type { Call } from './call';
import type { Dialect, PartnerSystem, Route } from './partner-system';
import { jsonReply, type Reply } from './reply';
import type { Timers } from './timers';

/** What becomes of a call: an answer, or a connection cut or left open. `dripMs`: the body trickles over this time. */
export type Ending =
  { readonly reply: Reply; readonly dripMs?: number } | { readonly cut: true } | { readonly silent: true };

export interface ServingTimes {
  readonly timers: Timers;
  /** How late `hiddenCommit: late` answers, milliseconds. */
  readonly lateMs: number;
}

/**
 * Runs one call of one system through the switches: slowness, faults instead of the work, the work, faults after it.
 * Faults before the work apply nothing; `hiddenCommit` and `ackLost: after` lose the answer to applied work.
 */
export async function serveCall(system: PartnerSystem, route: Route, call: Call, times: ServingTimes): Promise<Ending> {
  const slowness = readSlowness(call.faults.value('slowMs'));
  if (slowness?.form === 'wait') await times.timers.wait(slowness.ms);
  const ending =
    endingBeforeWork(system.dialect, route, call) ?? (await endingOfWork(system.dialect, { route, call, times }));
  return 'reply' in ending && slowness?.form === 'drip' ? { ...ending, dripMs: slowness.ms } : ending;
}

function endingBeforeWork(dialect: Dialect, route: Route, call: Call): Ending | null {
  const { faults } = call;
  if (faults.value('ipBlocked') === 'silent') return { silent: true };
  if (faults.value('ackLost') === 'before') return { cut: true };
  const reply = refusalByPlatform(dialect, call) ?? tokenLoss(dialect, route, call);
  if (reply !== null) return { reply };
  return faults.isOn('errorInOkBody')
    ? { reply: dialect.failure(call, 'internalFailure', faults.text('errorInOkBody')) }
    : null;
}

/** What stands before the system answers in its place: the address list, the quota, the size limit, a page of noise. */
function refusalByPlatform(dialect: Dialect, call: Call): Reply | null {
  const { faults, bytes } = call;
  if (faults.isOn('ipBlocked')) return dialect.blocked(call);
  if (faults.isOn('quota')) return quotaReply(faults.value('quota'));
  const noise = readNoise(faults.value('noise'));
  if (noise !== null) return noiseReply(noise);
  const limit = readSizeLimit(faults.value('maxBytes'));
  if (limit === null || bytes <= limit.maxBytes) return null;
  return limit.form === 'code' ? dialect.failure(call, 'tooLarge') : noiseReply({ form: 'html', status: 413 });
}

function tokenLoss(dialect: Dialect, route: Route, call: Call): Reply | null {
  const isInOkBody = call.faults.isOn('tokenDeadIn200');
  if (route.authorise === undefined || !(isInOkBody || call.faults.isOn('tokenEarlyDeath'))) return null;
  dialect.endToken(call);
  return dialect.deadToken(call, isInOkBody);
}

interface Work {
  readonly route: Route;
  readonly call: Call;
  readonly times: ServingTimes;
}

async function endingOfWork(dialect: Dialect, { route, call, times }: Work): Promise<Ending> {
  const reply = spelled(dialect, call, route.authorise?.(call) ?? route.handle(call));
  if (call.faults.value('ackLost') === 'after') return { cut: true };
  const hiddenCommit = lossOf(call);
  if (hiddenCommit === 'drop') return { cut: true };
  if (hiddenCommit === '502') return { reply: noiseReply({ form: 'html', status: 502 }) };
  if (hiddenCommit === 'html') return { reply: noiseReply({ form: 'html', status: 200 }) };
  if (hiddenCommit.startsWith('late')) await times.timers.wait(Number(hiddenCommit.split(':')[1] ?? times.lateMs));
  return { reply };
}

/** The value of `hiddenCommit`, of which 502 may be a number; empty where it does not fire. */
function lossOf({ faults }: Call): string {
  return faults.value('hiddenCommit') === 502 ? '502' : (faults.text('hiddenCommit') ?? '');
}

function spelled(dialect: Dialect, call: Call, reply: Reply): Reply {
  const variant = call.faults.text('textVariant');
  if (variant === undefined || reply.json === undefined) return reply;
  return { ...reply, json: dialect.rewriteTexts(reply.json, textVariant(variant)) };
}

/** lgsp.md §2: `Error_Number` 429, too many requests. */
function quotaReply(retryAfterSeconds: unknown): Reply {
  const body = { Error_Number: 429, Error_Message: 'Too many requests' };
  return { ...jsonReply(429, body), headers: { 'retry-after': String(retryAfterSeconds) } };
}
