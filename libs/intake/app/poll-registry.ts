import { codeOf, pause } from '#platform';
import { readPollerMemory, writePollerMemory } from '../adapters/poller-store';
import { claimWatches, rescheduleWatches, type ClaimedWatch } from '../adapters/registry-watch-store';
import { pauseAfterPoll, type RegistryPollPace } from '../domain/registry-poll-pace';
import type { RegistryResults } from '../ports';
import type { IntakeDeps } from './intake-deps';
import { settleRegistryAnswers, type RegistryAnswer } from './settle-registry-answers';

export interface PollRegistryOptions extends Partial<RegistryPollPace> {
  /** Owner of the leases: the worker's id. */
  workerId: string;
  /** Calls at once. @default 8 */
  maxConcurrency?: number;
  /** Total deadline of one call. @default 10_000 ms */
  deadlineMs?: number;
  /** Absence after which a person must hear of it. @default 86_400_000 ms */
  absentDiscrepancyMs?: number;
}

/** A lease outlives its call by this much, so that an answer just before the deadline can be settled. */
const LEASE_MARGIN_MS = 5_000;
/** While calls are out, how often free slots look for what has become due meanwhile. */
const LOOK_EVERY_MS = 100;

/** Name under which the poller keeps what it has learned. */
const MEMORY = 'results.hotich';

/** Dossiers of one call. */
interface Call {
  watches: ClaimedWatch[];
  /** Most codes of the parts into which a refused call was cut; absent for a call that is whole. */
  partSize?: number;
  /** An answer to this part shows how many codes a call may carry. */
  teaches?: boolean;
}

interface Round {
  running: Set<Promise<void>>;
  /** Claimed, not asked yet. */
  calls: Call[];
  asked: number;
  failures: Error[];
}

/** Results of hộ tịch by poll: due dossiers are claimed, asked for in small calls, and what is new becomes commands. A slow
 *  call holds its own slot only. Several workers may run it: each dossier is asked for once at a time, by lease. */
export class PollRegistry {
  private readonly pace: RegistryPollPace;
  private readonly maxConcurrency: number;
  private readonly deadlineMs: number;
  private answered: RegistryAnswer[] = [];
  private settling: Promise<void> | undefined;
  /** Codes that a call may carry by experience (Q18); undefined until it was looked up. */
  private batch: number | undefined;

  constructor(
    private readonly results: RegistryResults,
    private readonly deps: IntakeDeps,
    private readonly options: PollRegistryOptions,
  ) {
    this.pace = { firstMs: options.firstMs ?? 500, maxMs: options.maxMs ?? 10_000, factor: options.factor ?? 1.5 };
    this.maxConcurrency = options.maxConcurrency ?? 8;
    this.deadlineMs = options.deadlineMs ?? 10_000;
  }

  /** Asks for whatever is due until nothing is; returns how many dossiers were asked for. Does not throw for what the
   *  registry does; a database that is away throws, and the leases run out by themselves. */
  async pollOnce(signal: AbortSignal): Promise<number> {
    this.batch ??= await this.learnedBatch();
    const round: Round = { running: new Set(), calls: [], asked: 0, failures: [] };
    do {
      const hasSlot = round.running.size < this.maxConcurrency;
      if (hasSlot && round.calls.length === 0) round.calls.push(...this.callsOf(await this.claim()));
      this.startCalls(round, signal);
      if (round.running.size > 0) await anyOf(round.running, LOOK_EVERY_MS);
    } while (round.running.size + round.calls.length > 0 && !signal.aborted && round.failures.length === 0);
    await Promise.all(round.running);
    const [failure] = round.failures;
    if (failure) throw failure;
    return round.asked;
  }

  private startCalls(round: Round, signal: AbortSignal): void {
    const { running, calls, failures } = round;
    while (calls.length > 0 && running.size < this.maxConcurrency) {
      const next = calls.shift() as Call;
      if (next.partSize === undefined) round.asked += next.watches.length;
      const call = this.call(next, round, signal)
        .catch((error: unknown) => void failures.push(error as Error))
        .finally(() => running.delete(call));
      running.add(call);
    }
  }

  private claim(): Promise<ClaimedWatch[]> {
    const now = this.deps.clock.now();
    return claimWatches(this.deps.db, {
      owner: this.options.workerId,
      now,
      leaseUntil: new Date(now.getTime() + this.deadlineMs + LEASE_MARGIN_MS),
      begunBefore: new Date(now.getTime() - this.pace.firstMs),
      limit: this.maxConcurrency * this.maxCodes,
    });
  }

  private get maxCodes(): number {
    return Math.min(this.batch ?? this.results.maxCodesPerCall, this.results.maxCodesPerCall);
  }

  /** One module and a few codes a call (hotich.md §4, Q18). */
  private callsOf(watches: readonly ClaimedWatch[]): Call[] {
    return (['KS', 'KT'] as const).flatMap((module) =>
      partsOf(
        watches.filter((watch) => watch.module === module),
        this.maxCodes,
      ).map((part) => ({ watches: part })),
    );
  }

  private async call({ watches, partSize, teaches }: Call, round: Round, signal: AbortSignal): Promise<void> {
    const codes = watches.map((watch) => watch.code);
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.deadlineMs)]);
      const reply = await this.results.poll(watches[0].module, codes, deadline);
      const isTooMany = (reply.isRefusal === true || reply.isTooMuch === true) && watches.length > 1;
      // One row may be what was too much: that says nothing about the number of codes.
      if (isTooMany) round.calls.unshift(...halvesOf(watches, reply.isTooMuch !== true));
      else if (partSize !== undefined && teaches === true && reply.rows !== null) await this.learn(partSize);
      // Refused for their number, the dossiers are still to be asked for; what hộ tịch said is kept all the same.
      this.answered.push({ ...reply, watches: isTooMany ? [] : watches, asked: watches });
      if (reply.unclear) this.deps.log.warn('registry.poll-unclear', { code: reply.unclear, codes: codes.length });
    } catch (error) {
      this.deps.log.warn('registry.poll-failed', { code: codeOf(error), codes: codes.length });
      this.answered.push({ askedAt: this.deps.clock.now(), watches, asked: watches, rows: null, raw: null });
    }
    await this.settleAnswered();
  }

  /** What was learned counts for the configured size that it was learned with: a person who changes that starts anew. */
  private async learnedBatch(): Promise<number> {
    const configured = this.results.maxCodesPerCall;
    const memory = await readPollerMemory<{ configured: number; batch: number }>(this.deps.db, MEMORY);
    return memory.configured === configured && memory.batch !== undefined ? memory.batch : configured;
  }

  /** A part was answered that was refused as a whole: calls are that small from now on. A refusal that has another cause meets the parts
   *  too, and teaches nothing. */
  private async learn(codes: number): Promise<void> {
    if (codes >= this.maxCodes) return;
    this.batch = codes;
    this.deps.log.warn('registry.batch-shrunk', { codes });
    await writePollerMemory(this.deps.db, MEMORY, { configured: this.results.maxCodesPerCall, batch: codes });
  }

  /** Answers that arrive while others are settled share the next transaction. */
  private async settleAnswered(): Promise<void> {
    while (this.settling) await this.settling;
    if (this.answered.length === 0) return;
    const answers = this.answered;
    this.answered = [];
    this.settling = this.settle(answers).finally(() => (this.settling = undefined));
    await this.settling;
  }

  /** Together, or one dossier at a time when that fails: one that cannot be settled hurts nobody else. */
  private async settle(answers: readonly RegistryAnswer[]): Promise<void> {
    try {
      await this.settleIn(answers);
    } catch (error) {
      this.deps.log.warn('registry.settlement-failed', { code: codeOf(error), answers: answers.length });
      for (const answer of answers)
        for (const watch of answer.watches) await this.settleOne({ ...answer, watches: [watch] });
    }
  }

  private async settleOne(answer: RegistryAnswer): Promise<void> {
    const [watch] = answer.watches;
    try {
      await this.settleIn([answer]);
    } catch (error) {
      this.deps.log.error('registry.report-failed', { code: codeOf(error), dossierId: watch.dossierId });
      const polls = watch.polls + 1;
      const nextPollAt = new Date(this.deps.clock.now().getTime() + pauseAfterPoll(polls, this.pace));
      await rescheduleWatches(this.deps.db, this.options.workerId, [{ ...watch, polls, nextPollAt }]);
    }
  }

  private async settleIn(answers: readonly RegistryAnswer[]): Promise<void> {
    const { workerId, absentDiscrepancyMs = 86_400_000 } = this.options;
    const options = { workerId, pace: this.pace, absentDiscrepancyMs };
    const reported = await this.deps.db.run((tx) => settleRegistryAnswers(tx, answers, options, this.deps));
    if (reported > 0) this.deps.doorbell.ring('outbox');
  }
}

function partsOf(watches: readonly ClaimedWatch[], size: number): ClaimedWatch[][] {
  const count = Math.ceil(watches.length / size);
  return Array.from({ length: count }, (_, index) => watches.slice(index * size, (index + 1) * size));
}

function halvesOf(watches: readonly ClaimedWatch[], teaches: boolean): Call[] {
  const partSize = Math.max(1, Math.floor(watches.length / 2));
  return partsOf(watches, partSize).map((part) => ({ watches: part, partSize, teaches }));
}

/** Resolves when one of the calls ends or the time is over. */
async function anyOf(running: ReadonlySet<Promise<void>>, ms: number): Promise<void> {
  const ended = new AbortController();
  await Promise.race([...running, pause(ms, ended.signal)]);
  ended.abort();
}
