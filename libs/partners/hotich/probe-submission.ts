import type { CallResult, DeliveryFacts, DeliveryTask, PartnerView, ProbeResult, ProbeVerdict } from '#delivery';
import { RegistryStatus } from '#dossier';
import type { RegistryRow } from '#intake';
import type { AdapterDeps } from '../config/adapter-deps';
import { isTooMuch } from '../http/partner-call';
import { viewOf } from '../view-of-probe';
import type { RegistryClient } from './registry-client';
import { POLL_REFUSED, rowsOfAnswer } from './results-answer';

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
  const [probe] = await probeOf(deps, client, [task], signal);
  return probe;
}

/** The same question about several messages, one call for each module. When hộ tịch refuses so many codes, or one row is too much for all, each is
 *  asked for alone; a hộ tịch that is down is not asked again.
 *  @param tasks at most `limits.batch`
 *  @returns in the order of the tasks */
export async function viewSubmissions(
  deps: AdapterDeps,
  client: RegistryClient,
  tasks: readonly DeliveryTask[],
  signal: AbortSignal,
): Promise<readonly PartnerView[]> {
  const views = new Map<DeliveryTask, PartnerView>();
  for (const module of ['KS', 'KT'] as const) {
    const own = tasks.filter(({ dossier }) => dossier.module === module);
    const probes = own.length === 0 ? [] : await probeTogether(deps, client, own, signal);
    own.forEach((task, at) => views.set(task, viewOf(probes[at])));
  }
  return tasks.map((task) => views.get(task)!);
}

async function probeTogether(
  deps: AdapterDeps,
  client: RegistryClient,
  tasks: readonly DeliveryTask[],
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> {
  const probes = await probeOf(deps, client, tasks, signal);
  if (tasks.length === 1 || !probes.some(({ call }) => isTooMuchAtOnce(call))) return probes;
  const alone: ProbeResult[] = [];
  for (const task of tasks) alone.push(...(await probeOf(deps, client, [task], signal)));
  return alone;
}

function isTooMuchAtOnce(call: CallResult): boolean {
  return call.reasonCode === POLL_REFUSED || isTooMuch(call);
}

/** One call. @param tasks of one module */
async function probeOf(
  deps: AdapterDeps,
  client: RegistryClient,
  tasks: readonly DeliveryTask[],
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> {
  const askedAt = deps.clock.now();
  const { module } = tasks[0].dossier;
  const codes = [...new Set(tasks.flatMap(({ dossier }) => dossier.codes.oneStop ?? []))];
  const found = codes.length === 0 ? NOTHING_ASKED : await rowsOf(deps, client, { module, codes }, signal);
  return tasks.map(({ facts, dossier }) => {
    if (dossier.codes.oneStop === undefined) return { verdict: 'cannot-tell', askedAt, call: WITHOUT_CODE };
    if ('failed' in found) return { verdict: 'cannot-tell', askedAt, call: found.failed };
    const verdict = verdictOf(
      facts,
      found.rows.find(({ code }) => code === dossier.codes.oneStop),
    );
    return { verdict, askedAt, call: { outcome: 'accepted', reasonCode: `hotich.probe-${verdict}`, ...found.raw } };
  });
}

const WITHOUT_CODE = { outcome: 'unknown', wire: 'not-written', reasonCode: 'hotich.no-one-stop-code' } as const;
const NOTHING_ASKED = { failed: WITHOUT_CODE };

type Found =
  | { failed: CallResult }
  | { rows: readonly RegistryRow[]; raw: Pick<CallResult, 'httpStatus' | 'answer'> & { wire: 'answered' } };

async function rowsOf(
  { config }: AdapterDeps,
  client: RegistryClient,
  asked: { module: 'KS' | 'KT'; codes: readonly string[] },
  signal: AbortSignal,
): Promise<Found> {
  const reply = await client.results(asked.module, asked.codes, signal);
  if (reply.kind === 'failed') return { failed: reply.result };
  const raw = { wire: 'answered', httpStatus: reply.httpStatus, answer: reply.answer } as const;
  const rows = rowsOfAnswer(config, asked, reply.json);
  return rows === undefined ? { failed: { outcome: 'retry', reasonCode: POLL_REFUSED, ...raw } } : { rows, raw };
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
