import { noiseReply } from '../faults/noise';
import { textVariant } from '../faults/text-variant';
import type { Call } from './call';
import type { Dialect, PartnerSystem, Route } from './partner-system';
import { jsonReply, type Reply } from './reply';
import type { Timers } from './timers';

/** What becomes of a call: an answer, or a connection cut or left open. */
export type Ending = { readonly reply: Reply } | { readonly cut: true } | { readonly silent: true };

/** Later than the call deadline of the shipped configuration (10 s). */
const LATE_MS = 12_000;

/**
 * Runs one call of one system through the switches: slowness, faults instead of the work, the work, faults after it.
 * Faults before the work apply nothing; `hiddenCommit` and `ackLost: after` lose the answer to applied work.
 */
export async function serveCall(system: PartnerSystem, route: Route, call: Call, timers: Timers): Promise<Ending> {
  const slowMs = call.faults.value('slowMs');
  if (typeof slowMs === 'number') await timers.wait(slowMs);
  const early = endingBeforeWork(system.dialect, route, call);
  if (early !== null) return early;
  const reply = spelled(system.dialect, call, route.authorise?.(call) ?? route.handle(call));
  if (call.faults.value('ackLost') === 'after') return { cut: true };
  const hiddenCommit = call.faults.value('hiddenCommit');
  return endingAfterWork(typeof hiddenCommit === 'string' ? hiddenCommit : '', reply, timers);
}

function endingBeforeWork(dialect: Dialect, route: Route, call: Call): Ending | null {
  const { faults } = call;
  if (faults.value('ipBlocked') === 'silent') return { silent: true };
  if (faults.value('ackLost') === 'before') return { cut: true };
  if (faults.isOn('ipBlocked')) return { reply: dialect.blocked() };
  if (faults.isOn('quota')) return { reply: quotaReply(faults.value('quota')) };
  if (faults.isOn('noise')) return { reply: noiseReply(faults.value('noise')) };
  const isTokenEnded = faults.isOn('tokenEarlyDeath') || faults.isOn('tokenDeadIn200');
  if (isTokenEnded && route.authorise !== undefined) {
    dialect.endToken(call);
    return { reply: dialect.deadToken(faults.isOn('tokenDeadIn200')) };
  }
  return faults.isOn('errorInOkBody') ? { reply: dialect.failure('Có lỗi trong quá trình thêm mới') } : null;
}

async function endingAfterWork(hiddenCommit: string, reply: Reply, timers: Timers): Promise<Ending> {
  if (hiddenCommit === 'drop') return { cut: true };
  if (hiddenCommit === '502') return { reply: noiseReply({ form: 'html', status: 502 }) };
  if (hiddenCommit === 'html') return { reply: noiseReply('html') };
  if (hiddenCommit.startsWith('late')) await timers.wait(Number(hiddenCommit.split(':')[1] ?? LATE_MS));
  return { reply };
}

function spelled(dialect: Dialect, call: Call, reply: Reply): Reply {
  const variant = call.faults.value('textVariant');
  if (typeof variant !== 'string' || reply.json === undefined) return reply;
  return { ...reply, json: dialect.rewriteTexts(reply.json, textVariant(variant)) };
}

/** lgsp.md §2: `Error_Number` 429, too many requests. */
function quotaReply(retryAfterSeconds: unknown): Reply {
  const body = { Error_Number: 429, Error_Message: 'Too many requests' };
  return { ...jsonReply(429, body), headers: { 'retry-after': String(retryAfterSeconds) } };
}
