import type { CallResult, DeliveryTask, PayloadReader } from '#delivery';
import {
  accept,
  evolve,
  PARTNER_IDS,
  procedureOf,
  react,
  type Command,
  type DossierContent,
  type DossierEvent,
  type DossierState,
  type OfficerNote,
  type PartnerId,
  type PlannedDelivery,
  type Procedure,
  type RegistrationResult,
  type Verdict,
} from '#dossier';
import type { Partners } from '#partners';
import { rfc3339, uuidIds } from '#platform';
import type { FactLog, LoggedFact } from './fact-log';
import type { ContentRow, GroupCommit, Writes } from './group-commit';
import { Slots } from './slots';

export interface FloorDeps {
  partners: Partners;
  procedures: readonly Procedure[];
  commits: GroupCommit;
  log: FactLog;
  /** Where partners fetch files. */
  publicUrl: string;
  /** hộ tịch is asked about this dossier from now on. */
  watch: (state: DossierState) => void;
  onFatal: (error: unknown) => void;
}

interface LiveDossier {
  /** After everything that was accepted. */
  state: DossierState;
  /** After everything that came back from the broker. */
  routed: DossierState | null;
  lanes: Map<PartnerId, Promise<void>>;
}

/** The shortest honest loop of the journey: commands make facts, facts are stored, go through the broker and cause calls; a call's
 *  outcome is a command again. All state is in this process's memory; the decisions and messages are the product's own pure functions
 *  and adapters, so that both sides do the same business. What fails ends the floor. */
export class Floor {
  private readonly dossiers = new Map<string, LiveDossier>();
  private readonly idOfCode = new Map<string, string>();
  private readonly contents = new Map<string, Buffer>();
  private readonly payloads: PayloadReader;
  private readonly slots: Readonly<Record<PartnerId, Slots>>;

  constructor(private readonly deps: FloorDeps) {
    const json = async <T>(ref: string): Promise<T> => JSON.parse(this.content(ref).toString('utf8')) as T;
    this.payloads = {
      content: (ref) => json<DossierContent>(ref),
      result: (ref) => json<RegistrationResult>(ref),
      officer: (ref) => json<OfficerNote>(ref),
      file: async (ref) => this.content(ref),
      fileUrl: async (ref) => `${deps.publicUrl}/files/${ref}`,
      largeBody: () => {
        throw new Error('the floor carries no large files');
      },
    };
    this.slots = Object.fromEntries(
      PARTNER_IDS.map((id) => [id, new Slots(deps.partners.adapters[id].policy.maxConcurrency)]),
    ) as Record<PartnerId, Slots>;
  }

  findByCode(code: string): DossierState | undefined {
    const id = this.idOfCode.get(code);
    return id === undefined ? undefined : this.dossiers.get(id)?.state;
  }

  /** @throws Error for an unknown reference */
  content(ref: string): Buffer {
    const bytes = this.contents.get(ref);
    if (bytes === undefined) throw new Error('no such content');
    return bytes;
  }

  /** Keeps bytes in memory and makes the row that keeps them durably. */
  row(dossierId: string, kind: ContentRow['kind'], bytes: Buffer, id: string = uuidIds.next()): ContentRow {
    // A message that is sent or was answered is not read again.
    if (kind !== 'raw' && kind !== 'rendered' && kind !== 'answer') this.contents.set(id, bytes);
    return { id, dossierId, kind, bytes };
  }

  /** Judges a command, stores its facts together with `also`, and hands them to the broker. */
  async tell(dossierId: string, command: Command, also: Writes = {}): Promise<Verdict> {
    const before = this.dossiers.get(dossierId)?.state ?? null;
    const verdict = accept(before, command, this.procedureFor(before, command), new Date());
    if ('conflict' in verdict) return verdict;
    const { facts, state } = logged(dossierId, before, verdict.events);
    if (facts.length === 0 && !also.ended && !also.contents?.length) return verdict;
    if (state) this.remember(dossierId, state);
    await this.deps.commits.commit({ ...also, ...rowsOf(facts, state) });
    this.deps.log.publish(facts);
    return verdict;
  }

  /** What the broker brought: deliveries join their lanes. */
  route({ dossierId, at, event }: LoggedFact): void {
    const live = this.dossiers.get(dossierId);
    if (!live) throw new Error('a fact of an unknown dossier');
    const routed = { ...evolve(live.routed, event, at), id: dossierId };
    live.routed = routed;
    const procedure = this.procedureFor(routed);
    for (const delivery of react(routed, event, procedure, at).deliveries) {
      const before = live.lanes.get(delivery.partner) ?? Promise.resolve();
      live.lanes.set(delivery.partner, before.then(() => this.deliver(live, delivery)).catch(this.deps.onFatal));
    }
    if (event.type === 'registration.submitted') this.deps.watch(routed);
  }

  private async deliver(live: LiveDossier, delivery: PlannedDelivery): Promise<void> {
    const { partner, operation, facts } = delivery;
    const adapter = this.deps.partners.adapters[partner];
    await this.slots[partner].take();
    const attemptId = uuidIds.next();
    let result: CallResult;
    try {
      const task: DeliveryTask = {
        deliveryId: attemptId,
        partner,
        operation,
        facts,
        dossier: live.state,
        attempts: 0,
        wasUnknown: false,
      };
      const rendered = await adapter.render(task, this.payloads);
      if (!Buffer.isBuffer(rendered.body)) throw new Error('the floor carries no large files');
      await this.start(task, rendered.body);
      result = await adapter.send(task, rendered, AbortSignal.timeout(adapter.policy.deadlineMs), () => true);
    } finally {
      this.slots[partner].release();
    }
    const dossierId = live.state.id;
    const answer = result.answer ? this.row(dossierId, 'answer', result.answer) : undefined;
    const verdict = await this.tell(dossierId, settled(delivery, result), {
      ...(answer ? { contents: [answer] } : {}),
      ended: {
        id: attemptId,
        endedAt: new Date().toISOString(),
        outcome: result.outcome,
        answerRef: answer?.id ?? null,
      },
    });
    if ('conflict' in verdict) throw new Error(`settling ${operation}: ${verdict.conflict.code}`);
  }

  private async start({ deliveryId, partner, operation, dossier }: DeliveryTask, body: Buffer): Promise<void> {
    const rendered = this.row(dossier.id, 'rendered', body);
    await this.deps.commits.commit({
      contents: [rendered],
      started: {
        id: deliveryId,
        dossierId: dossier.id,
        partner,
        operation,
        renderedRef: rendered.id,
        startedAt: new Date().toISOString(),
      },
    });
  }

  private remember(dossierId: string, state: DossierState): void {
    const live = this.dossiers.get(dossierId);
    if (live) {
      live.state = state;
      return;
    }
    this.dossiers.set(dossierId, { state, routed: null, lanes: new Map() });
    this.idOfCode.set(state.codes.dvclt, dossierId);
  }

  private procedureFor(state: DossierState | null, command?: Command): Procedure {
    const { procedures } = this.deps;
    const found =
      state === null && command?.kind === 'receive'
        ? procedureOf(procedures, command.procedureCode, command.module)
        : procedures.find((one) => one.id === state?.procedure);
    if (!found) throw new Error('no procedure');
    return found;
  }
}

/** Numbers the events after what the dossier has, and folds them into its state. */
function logged(
  dossierId: string,
  before: DossierState | null,
  events: readonly DossierEvent[],
): { facts: LoggedFact[]; state: DossierState | null } {
  const at = new Date().toISOString();
  const facts: LoggedFact[] = [];
  let state = before;
  for (const event of events) {
    state = { ...evolve(state, event, at), id: dossierId };
    facts.push({ dossierId, seq: state.version, at, event });
  }
  return { facts, state };
}

function rowsOf(facts: readonly LoggedFact[], state: DossierState | null): Pick<Writes, 'facts' | 'dossier'> {
  const rows = facts.map(({ event, ...fact }) => ({
    ...fact,
    id: uuidIds.next(),
    type: event.type,
    facts: event.data,
  }));
  return facts.length > 0 && state ? { facts: rows, dossier: state } : { facts: rows };
}

/** @throws Error for any outcome but success: the floor has no resilience */
function settled({ partner, operation, facts }: PlannedDelivery, result: CallResult): Command {
  const { outcome, reasonCode } = result;
  if (outcome !== 'accepted' && outcome !== 'already-applied')
    throw new Error(`${partner} ${operation}: ${outcome} ${reasonCode}`);
  const { oneStopCode, provenStatus } = result.proves ?? {};
  return {
    kind: 'delivery-settled',
    partner,
    operation,
    outcome,
    at: rfc3339(new Date()),
    status: facts.status,
    round: facts.round,
    repush: facts.repush,
    oneStopCode,
    provenStatus,
  };
}
