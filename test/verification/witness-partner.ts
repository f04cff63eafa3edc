import type { CallResult } from '#delivery';
import type { PartnerId } from '#dossier';
import { ACCEPTED, ScriptedPartner, type SeenCall } from '../../libs/delivery/testing/scripted-partner';

/** One line of a ledger of effects, as the simulators give it. */
export interface LedgerLine {
  system: string;
  kind: string;
  code: string;
  count: number;
  at: string[];
  order: (string | number)[];
}

/** The effects of all partners of a test. */
export class WitnessLedger {
  private readonly lines = new Map<string, LedgerLine>();

  record(system: string, kind: string, code: string, step?: string | number): void {
    const key = `${system} ${kind} ${code}`;
    const line = this.lines.get(key) ?? { system, kind, code, count: 0, at: [], order: [] };
    this.lines.set(key, line);
    line.count += 1;
    line.at.push(new Date().toISOString());
    if (step !== undefined) line.order.push(step);
  }

  list(): LedgerLine[] {
    return structuredClone([...this.lines.values()]);
  }
}

/** The one-stop's code of a DVCLT code, in this small world. */
export function oneStopCodeOf(dvcltCode: string): string {
  return dvcltCode.replace('G22.99.08', 'H99.101');
}

/** An outside system that takes everything but what a script says, and writes down what it really had. */
export class WitnessPartner extends ScriptedPartner {
  /** Answers to give before the good one, by `<dvclt code> <operation>`. */
  readonly script = new Map<string, CallResult[]>();
  onAcknowledged: (dvcltCode: string) => void = () => undefined;

  constructor(
    partner: PartnerId,
    private readonly ledger: WitnessLedger,
  ) {
    super(partner);
    this.repeat = partner === 'hotich' ? 'probe-first' : 'harmless-repeat';
    this.answer = (call) => this.answerOf(call);
    this.probeAnswer = () => ({ verdict: 'applied', askedAt: new Date(), call: ACCEPTED });
  }

  private answerOf({ task }: SeenCall): CallResult {
    const { dvclt } = task.dossier.codes;
    const scripted = this.script.get(`${dvclt} ${task.operation}`)?.shift();
    if (hasArrived(scripted) && !task.wasUnknown) this.take(task);
    if (scripted) return scripted;
    if (task.operation === 'hand-over-dossier') return { ...ACCEPTED, proves: { oneStopCode: oneStopCodeOf(dvclt) } };
    return task.wasUnknown ? { ...ACCEPTED, outcome: 'already-applied' } : ACCEPTED;
  }

  private take({ operation, facts, dossier }: SeenCall['task']): void {
    const { dvclt } = dossier.codes;
    const oneStop = oneStopCodeOf(dvclt);
    const has = (kind: string): boolean =>
      this.ledger.list().some((line) => line.system === this.partner && line.kind === kind && line.code === oneStop);
    switch (operation) {
      case 'acknowledge-receipt':
        this.ledger.record('dvclt', 'acknowledged', dvclt);
        return this.onAcknowledged(dvclt);
      case 'push-status':
        return this.ledger.record('dvclt', 'status', dvclt, facts.status);
      case 'hand-over-dossier':
        return this.ledger.record('onestop', has('dossier') ? 'supplement' : 'dossier', oneStop);
      case 'submit-registration':
        return this.ledger.record('hotich', 'received', oneStop);
      case 'sync-dossier':
        return has('dossier') ? undefined : this.ledger.record('dvcqg', 'dossier', oneStop);
      case 'append-progress':
        return this.ledger.record('dvcqg', 'progress', oneStop, facts.status);
    }
  }
}

/** Of an unknown one that was written only the answer was lost. */
function hasArrived(scripted: CallResult | undefined): boolean {
  if (scripted === undefined || scripted.outcome === 'accepted') return true;
  return scripted.outcome === 'unknown' && scripted.wire === 'written';
}
