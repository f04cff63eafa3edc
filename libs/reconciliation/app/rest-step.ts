import { countRest, hasFewerThan } from '../adapters/window-store';
import { readFacts, readNext, readOverdue } from '../adapters/facts-store';
import { readOpen } from '../adapters/discrepancy-store';
import type { Run } from '../adapters/reconciliation-store';
import type { OpenDiscrepancy } from '../domain/changes';
import {
  compare,
  judgeWaiting,
  judgeWithoutCode,
  type DossierFacts,
  type Judging,
  type Verdict,
} from '../domain/compare';
import { beliefIn, beliefInTheEnd, FEW, type Belief, type Brought } from '../domain/disbelief';
import { idWindow } from '../domain/id-window';
import type { Held, Phase } from '../domain/reached';
import type { AskedDossier, Found, LookUp, ReconciledPartner } from '../ports';
import type { Pace } from './ask-partner';
import type { RunDeps } from './run-deps';
import { NOTHING, type Spoken, type StepResult } from './settle-step';
import { usableFound } from './usable-rows';

/** Dossiers read at once, at least: many of them need no question. */
const READ_AT_ONCE = 20;
/** Late ones of a partner that cannot be asked, judged at once. */
const LATE_AT_ONCE = 100;

export interface Asking {
  how: Judging;
  pace: Pace;
  signal: AbortSignal;
}

/** The run ends here. */
export interface StopStep {
  stop: { reasonCode: string; failureCode: string | null; calls: number };
}

type RestPhase = Extract<Phase, { phase: 'rest' }>;

const NOT_LOOKED_AT = (reasonCode: string): Verdict => ({ verdict: 'not-looked-at', reasonCode });

/** The next dossiers by code: as many as one question holds, with those before and between them whose verdict needs no question. Until one dossier was found
 *  there, what is said to be absent or cannot be read is held back: nothing of it is counted or written. */
export async function restStep(
  { run, reached, partner, lookUp }: { run: Run; reached: RestPhase; partner: ReconciledPartner; lookUp: LookUp },
  asking: Asking,
  deps: RunDeps,
): Promise<StepResult | StopStep> {
  const { db, clock } = deps;
  const { after, held } = reached;
  const limit = Math.max(READ_AT_ONCE, lookUp.atMost);
  const next = await readNext(db, { id: run.id, after, limit }, idWindow(run));
  if (next === undefined) return endOfRest(held);
  const facts = await readFacts(db, run.partner, next.ids, clock.now());
  const open = await readOpen(db, run.partner, next.ids);
  const plan = planOf(next.ids, facts, { partner, lookUp, open, how: asking.how, at: clock.now() });
  const step: StepResult = {
    ...NOTHING,
    dossiers: plan.silent,
    reached: { phase: 'rest', after: plan.last ?? next.last },
  };
  if (plan.asked.length === 0) return held === undefined ? step : withHeld(step, held);
  const answer = await askAll(plan.asked, { run, lookUp }, asking);
  const { calls, askedAt } = answer;
  const brought = broughtBy(answer, facts, asking.how);
  const asked: StepResult = {
    ...step,
    dossiers: [...plan.silent, ...spokenOf(answer, asking.how)],
    calls,
    askedAt,
    heard: brought.found > 0 ? { isKnown: true } : {},
  };
  return run.reached?.isKnown ? asked : weigh(asked, brought, { run, reached }, deps);
}

/** The answer, as far as a run believes it that has found no dossier before. */
async function weigh(
  step: StepResult,
  brought: Brought,
  { run, reached: { after, held } }: { run: Run; reached: RestPhase },
  { db, policy }: RunDeps,
): Promise<StepResult | StopStep> {
  const belief = beliefIn(brought, { held, from: after, unreadableAtMost: policy.giveUpAfter });
  if (belief.belief === 'stop') return stopFor(belief, step.calls);
  if (belief.belief === 'hold') {
    const isFew = held === undefined && (await hasFewerThan(db, FEW, idWindow(run)));
    return isFew ? { ...step, heard: { isKnown: true } } : withHeld(step, belief.held);
  }
  // What was held back is asked for again, and this question with it.
  return held === undefined ? step : { ...step, dossiers: [], reached: { phase: 'rest', after: held.from } };
}

/** Passes by what the step found out. */
function withHeld(step: StepResult, held: Held): StepResult {
  const reached = { ...step.reached, held } as RestPhase;
  return { ...step, dossiers: [], reached };
}

function stopFor({ reasonCode, failureCode }: Extract<Belief, { belief: 'stop' }>, calls: number): StopStep {
  return { stop: { reasonCode, failureCode, calls } };
}

function endOfRest(held: Held | undefined): StepResult | StopStep {
  if (held === undefined) return { ...NOTHING, reached: { phase: 'outside', after: null } };
  const belief = beliefInTheEnd(held);
  if (belief.belief === 'stop') return stopFor(belief, 0);
  return { ...NOTHING, reached: { phase: 'rest', after: held.from }, heard: { isKnown: true } };
}

interface Answered {
  asked: readonly AskedDossier[];
  found: readonly Found[];
  askedAt: Date;
  calls: number;
}

/** One question about these dossiers. @throws as `Pace.call` */
export async function askAll(
  asked: readonly AskedDossier[],
  { run, lookUp }: { run: Run; lookUp: LookUp },
  { pace, signal }: Pick<Asking, 'pace' | 'signal'>,
): Promise<Answered> {
  const question = { partner: run.partner, mostCalls: lookUp.mostCalls };
  const { askedAt, found, calls = 1 } = await pace.call(question, (deadline) => lookUp.ask(asked, deadline), signal);
  return { asked, found: asked.map((_one, index) => usableFound(found, index)), askedAt, calls };
}

export function spokenOf({ asked, found, askedAt }: Answered, how: Judging): Spoken[] {
  return asked.map(({ dossierId }, index) => ({
    dossierId,
    judge: (now) => compare(now, found[index], askedAt, how),
  }));
}

function broughtBy(
  { asked, found, askedAt }: Answered,
  facts: ReadonlyMap<string, DossierFacts>,
  how: Judging,
): Brought {
  const isMissing = (said: Found, index: number): boolean => {
    const known = facts.get(asked[index].dossierId);
    const verdict = said.kind === 'absent' && known !== undefined ? compare(known, said, askedAt, how) : undefined;
    return verdict?.verdict === 'differs' && verdict.class === 'missing-there';
  };
  return {
    found: found.filter(({ kind }) => kind === 'rows').length,
    missing: found.filter(isMissing).length,
    unreadable: found.flatMap((said) => (said.kind === 'unreadable' ? [said.reasonCode] : [])),
  };
}

interface Plan {
  asked: AskedDossier[];
  silent: Spoken[];
  /** The last dossier of the plan; undefined when it holds all that were read. */
  last?: string;
}

interface Planning {
  partner: ReconciledPartner;
  lookUp: LookUp;
  /** Open differences, by dossier. */
  open: ReadonlyMap<string, Pick<OpenDiscrepancy, 'class'>>;
  how: Judging;
  at: Date;
}

/** The first of the dossiers whose verdict needs no question, and as many of the others as one question holds. */
export function planOf(
  ids: readonly string[],
  facts: ReadonlyMap<string, DossierFacts>,
  { partner, lookUp, open, how, at }: Planning,
): Plan {
  const plan: Plan = { asked: [], silent: [] };
  for (const dossierId of ids) {
    const known = facts.get(dossierId);
    if (known === undefined) continue;
    const dossier = askedOf(known, open.get(dossierId), partner);
    if (judgeWaiting(known, at, how) !== undefined)
      plan.silent.push({ dossierId, judge: (now) => judgeWaiting(now, at, how) ?? NOT_LOOKED_AT('in-flight') });
    else if (partner.codeOf(dossier) === undefined)
      plan.silent.push({ dossierId, judge: (now) => judgeWaiting(now, at, how) ?? judgeWithoutCode(now, how) });
    else plan.asked.push(dossier);
    if (plan.asked.length === lookUp.atMost) return { ...plan, last: dossierId };
  }
  return plan;
}

/** What was there under two codes is asked for by the one that both rows have, where the partner knows it: by its own code only one row would come. */
function askedOf(
  { dossierId, state: { module, codes } }: DossierFacts,
  open: Pick<OpenDiscrepancy, 'class'> | undefined,
  partner: ReconciledPartner,
): AskedDossier {
  const common = { dossierId, module, codes: { dvclt: codes.dvclt } };
  if (codes.oneStop === undefined || (open?.class === 'duplicate' && partner.codeOf(common) !== undefined))
    return common;
  return { ...common, codes: { ...common.codes, oneStop: codes.oneStop } };
}

/** Where the partner has no query by code, what its list left out cannot be asked for: one count. What waits too long for it is late all the same. */
export async function unaskedStep(
  { run, after }: { run: Run; after: string | null },
  how: Judging,
  { db, clock }: RunDeps,
): Promise<StepResult> {
  const at = clock.now();
  const window = idWindow(run);
  const since = new Date(at.getTime() - how.lateAfterMs);
  const late = await readOverdue(db, { partner: run.partner, since, after, limit: LATE_AT_ONCE }, window);
  if (late.length > 0)
    return {
      ...NOTHING,
      mode: 'listed',
      dossiers: late.map((dossierId) => ({
        dossierId,
        judge: (facts) => judgeWaiting(facts, at, how) ?? NOT_LOOKED_AT('cannot-ask'),
      })),
      reached: { phase: 'unasked', after: late[late.length - 1] },
    };
  const cannotAsk = await countRest(db, { id: run.id, after: null }, window);
  return { ...NOTHING, reached: { phase: 'close', after: null }, cannotAsk };
}
