import { countRest } from '../adapters/window-store';
import { readFacts, readNext, readOverdue } from '../adapters/facts-store';
import type { Run } from '../adapters/reconciliation-store';
import { compare, judgeWaiting, type DossierFacts, type Judging, type Verdict } from '../domain/compare';
import { idWindow } from '../domain/id-window';
import type { AskedDossier, Found, LookUp, ReconciledPartner } from '../ports';
import type { Pace } from './ask-partner';
import type { RunDeps } from './run-deps';
import { NOTHING, type Spoken, type StepResult } from './settle-step';

/** Dossiers read at once, at least: many of them need no question. */
const READ_AT_ONCE = 20;
/** Late ones of a partner that cannot be asked, judged at once. */
const LATE_AT_ONCE = 100;

interface Asking {
  how: Judging;
  pace: Pace;
  signal: AbortSignal;
}

const NOT_LOOKED_AT = (reasonCode: string): Verdict => ({ verdict: 'not-looked-at', reasonCode });

/** The next dossiers by code: as many as one question holds, with those before and between them whose verdict needs no question. */
export async function restStep(
  { run, after, partner, lookUp }: { run: Run; after: string | null; partner: ReconciledPartner; lookUp: LookUp },
  { how, pace, signal }: Asking,
  deps: RunDeps,
): Promise<StepResult> {
  const { db, clock } = deps;
  const limit = Math.max(READ_AT_ONCE, lookUp.atMost);
  const next = await readNext(db, { id: run.id, after, limit }, idWindow(run));
  if (next === undefined) return { ...NOTHING, reached: { phase: 'close', after: null } };
  const facts = await readFacts(db, run.partner, next.ids, clock.now());
  const { asked, silent, last } = planOf(next.ids, facts, { partner, lookUp, how, at: clock.now() });
  const reached = { phase: 'rest', after: last ?? next.last } as const;
  if (asked.length === 0) return { ...NOTHING, dossiers: silent, reached };
  const question = { partner: run.partner, mostCalls: lookUp.mostCalls };
  const { askedAt, found, calls = 1 } = await pace.call(question, (deadline) => lookUp.ask(asked, deadline), signal);
  const spoken = asked.map(({ dossierId }, index): Spoken => {
    const said: Found = found[index] ?? { kind: 'unreadable', reasonCode: 'answer-incomplete' };
    return { dossierId, judge: (now) => compare(now, said, askedAt, how) };
  });
  return { ...NOTHING, dossiers: [...silent, ...spoken], calls, askedAt, reached };
}

interface Plan {
  asked: AskedDossier[];
  silent: Spoken[];
  /** The last dossier of the plan; undefined when it holds all that were read. */
  last?: string;
}

function planOf(
  ids: readonly string[],
  facts: ReadonlyMap<string, DossierFacts>,
  { partner, lookUp, how, at }: { partner: ReconciledPartner; lookUp: LookUp; how: Judging; at: Date },
): Plan {
  const plan: Plan = { asked: [], silent: [] };
  for (const dossierId of ids) {
    const known = facts.get(dossierId);
    if (known === undefined) continue;
    const { module, codes } = known.state;
    const dossier: AskedDossier = {
      dossierId,
      module,
      codes: { dvclt: codes.dvclt, ...(codes.oneStop === undefined ? {} : { oneStop: codes.oneStop }) },
    };
    if (judgeWaiting(known, at, how) !== undefined)
      plan.silent.push({ dossierId, judge: (now) => judgeWaiting(now, at, how) ?? NOT_LOOKED_AT('in-flight') });
    else if (partner.codeOf(dossier) === undefined)
      plan.silent.push({ dossierId, judge: (now) => judgeWaiting(now, at, how) ?? NOT_LOOKED_AT('no-code') });
    else plan.asked.push(dossier);
    if (plan.asked.length === lookUp.atMost) return { ...plan, last: dossierId };
  }
  return plan;
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
