import type { DeliveryFacts, DeliveryTask, ProbeResult, ProbeVerdict } from '#delivery';
import { RegistryStatus } from '#dossier';
import type { RegistryRow } from '#intake';
import type { AdapterDeps } from '../config/adapter-deps';
import type { RegistryClient } from './registry-client';
import { rowsOfAnswer } from './results-answer';

/**
 * Asks hộ tịch's poll whether an unknown push arrived (CONTRACTS §1.3 "hộ tịch repeats"). A first push arrived when there is a
 * row. A re-push arrived when its row has left state 2, or changed later than the request that the re-push answers. After a first
 * push a row with a meaningless status is how hộ tịch says "not here" (hotich.md §4, Q16): absent, once enough time has passed, and
 * if that was wrong, the repeat is answered "đã được tiếp nhận" and does no harm. After a re-push such a row contradicts the supplement that hộ
 * tịch asked for: it tells nothing. Neither does a row that is still in state 2 and gives no time.
 */
export async function probeSubmission(
  deps: AdapterDeps,
  client: RegistryClient,
  task: DeliveryTask,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const askedAt = deps.clock.now();
  const { codes, module } = task.dossier;
  const asked = { module, codes: codes.oneStop === undefined ? [] : [codes.oneStop] };
  if (asked.codes.length === 0) {
    const call = { outcome: 'unknown', wire: 'not-written', reasonCode: 'hotich.no-one-stop-code' } as const;
    return { verdict: 'cannot-tell', askedAt, call };
  }
  const reply = await client.results(module, asked.codes, signal);
  if (reply.kind === 'failed') return { verdict: 'cannot-tell', askedAt, call: reply.result };
  const raw = { wire: 'answered', httpStatus: reply.httpStatus, answer: reply.answer } as const;
  const rows = rowsOfAnswer(deps.config, asked, reply.json);
  if (rows === undefined) {
    return { verdict: 'cannot-tell', askedAt, call: { outcome: 'retry', reasonCode: 'hotich.poll-refused', ...raw } };
  }
  const verdict = verdictOf(task.facts, rows[0]);
  return { verdict, askedAt, call: { outcome: 'accepted', reasonCode: `hotich.probe-${verdict}`, ...raw } };
}

function verdictOf(facts: DeliveryFacts, row: RegistryRow | undefined): ProbeVerdict {
  if (row === undefined) return 'absent';
  if (row.status === null) return facts.repush === true ? 'cannot-tell' : 'absent';
  if (facts.repush !== true || row.status !== RegistryStatus.SupplementRequired) return 'applied';
  if (row.changedAt === undefined) return 'cannot-tell';
  return isLater(row.changedAt, facts.answersRequestAt ?? facts.factAt) ? 'applied' : 'absent';
}

function isLater(changedAt: string, requestedAt: string): boolean {
  return new Date(changedAt).getTime() > new Date(requestedAt).getTime();
}
