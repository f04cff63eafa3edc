import type { ApiClient } from '../../apps/cli/client/api-client';
import { queryOnce } from '../harness/query-once';
import type { SimulatorClient } from '../harness/simulator-client';
import { pause, until } from '../harness/until';

export interface HotOptions {
  simulators: SimulatorClient;
  /** Decides in the one-stop's name. */
  oneStop: ApiClient;
  databaseUrl: string;
  seed: number;
  /** Part of all events that are to be its own, 0 to 1; 0 leaves it alone. */
  share: number;
}

interface Counts {
  own: number;
  all: number;
}

const BEAT_MS = 250;
/** Most decisions of one beat: the share is reached over some beats, and not by a burst. */
const MAX_A_BEAT = 50;
const AT_ONCE = 8;
const DESK_DEADLINE_MS = 60_000;
/** Status of a required fee at the portal. */
const FEE_AT_PORTAL = 6;

/** A birth on the desk of the one-stop, whose officer asks for a fee again and again: that changes no state, is allowed as often as he
 *  likes, and each time is an event, two calls to the portal in one lane, and what follows from them. */
export class HotDossier {
  private asked = 0;
  private decisions = 0;
  private isBeating = true;

  private constructor(
    private readonly options: HotOptions,
    readonly code: string,
    readonly id: string,
    private readonly from: number,
  ) {}

  static async file(options: HotOptions): Promise<HotDossier> {
    const { simulators, databaseUrl } = options;
    const code = await simulators.fileForHand(options.seed);
    let id: string | undefined;
    await until(
      async () => {
        const rows = await queryOnce<{ id: string }>(
          databaseUrl,
          `select d.id from dossier d join dossier_code c on c.dossier_id = d.id
           where c.system = 'dvclt' and c.code = $1 and d.state = 'with-one-stop'`,
          [code],
        );
        id = rows[0]?.id;
        return id !== undefined;
      },
      DESK_DEADLINE_MS,
      'dossier on the desk',
    );
    const [{ from }] = await queryOnce<{ from: number }>(
      databaseUrl,
      'select next_position::integer as from from sequencer',
    );
    return new HotDossier(options, code, id!, from);
  }

  /** Decides as often as its share asks for, until it comes to rest. */
  async beat(): Promise<void> {
    const { share } = this.options;
    while (this.isBeating && share > 0) {
      const { own, all } = await this.counts();
      const wanted = (share / (1 - share)) * (all - own) - own;
      const eventsADecision = this.decisions === 0 ? 1 : Math.max(1, own / this.decisions);
      await this.decide(Math.max(0, Math.min(MAX_A_BEAT, Math.ceil(wanted / eventsADecision))));
      await pause(BEAT_MS);
    }
  }

  async measuredShare(): Promise<number> {
    const { own, all } = await this.counts();
    return all === 0 ? 0 : own / all;
  }

  /** @returns decisions that were taken */
  async rest(beating: Promise<void>): Promise<number> {
    this.isBeating = false;
    await beating;
    return this.decisions;
  }

  /** Steps of its own that the portal lacks, has twice, or has out of order; asked when its lanes are empty. */
  async faults(decisions: number): Promise<number> {
    const [row] = await queryOnce<{ code: string }>(
      this.options.databaseUrl,
      `select code from dossier_code where dossier_id = $1 and system = 'one-stop'`,
      [this.id],
    );
    const lines = await this.options.simulators.ledger('dvcqg', 'progress');
    const steps = (lines.find(({ code }) => code === row.code)?.order ?? []).map(Number);
    const first = steps.indexOf(FEE_AT_PORTAL);
    const fees = steps.filter((step) => step === FEE_AT_PORTAL).length;
    const others = first === -1 ? 0 : steps.slice(first).filter((step) => step !== FEE_AT_PORTAL).length;
    return Math.abs(fees - decisions) + others;
  }

  private async decide(count: number): Promise<void> {
    let left = count;
    const officer = { name: 'Cán bộ Thử Nghiệm', title: 'Công chức', department: 'Bộ phận Một cửa' };
    const one = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        // Each its own row of progress: the portal takes a row only once.
        const note = `Lần ${(this.asked += 1)}`;
        const decision = { decision: 'require-fee', decidedAt: new Date().toISOString(), officer, note };
        await this.options.oneStop.post(`/dossiers/${encodeURIComponent(this.code)}/decisions`, decision);
        this.decisions += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  private async counts(): Promise<Counts> {
    const [counts] = await queryOnce<Counts>(
      this.options.databaseUrl,
      `select (count(*) filter (where dossier_id = $1))::integer as own, count(*)::integer as all
       from event_log where position >= $2`,
      [this.id, this.from],
    );
    return counts;
  }
}
