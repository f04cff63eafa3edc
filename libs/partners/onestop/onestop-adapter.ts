import type {
  CallResult,
  DeliveryTask,
  FieldComplaint,
  HistoryReplay,
  ReplayAdapter,
  PartnerView,
  PayloadReader,
  ProbeResult,
  RenderedContent,
  RepeatPolicy,
} from '#delivery';
import type { PartnerOperations } from '#dossier';
import { AppError, codeOf } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { policyOf, urlOf } from '../config/partner-config';
import { MessageFiles } from '../wire/message-files';
import { handOverMessage } from './hand-over-message';
import { judgeOneStop } from './judge-onestop';
import type { OneStopCalls } from './onestop-calls';
import type { OneStopReads } from './onestop-reads';
import { statusReport } from './status-report';

type OneStopOperation = PartnerOperations['onestop'];

function operationOf(task: DeliveryTask): OneStopOperation {
  if (task.operation === 'hand-over-dossier' || task.operation === 'report-status') return task.operation;
  throw new AppError({ code: 'onestop.unknown-operation', disposition: 'bug', detail: task.operation });
}

/** The provincial one-stop as the delivery engine sees it: `tiepNhanHoSo` and `capNhatTrangThai`. An identical repeat of either has no
 *  second effect, and a repeated hand-over gives the same code (CONTRACTS §1.3). */
export class OneStopAdapter implements ReplayAdapter {
  readonly partner = 'onestop' as const;
  readonly policy;

  constructor(
    private readonly deps: AdapterDeps,
    private readonly calls: OneStopCalls,
    private readonly reads: OneStopReads,
  ) {
    this.policy = policyOf(deps.config);
  }

  repeatPolicy(_operation: string): RepeatPolicy {
    return 'harmless-repeat';
  }

  async render(task: DeliveryTask, payloads: PayloadReader): Promise<RenderedContent> {
    const isHandOver = operationOf(task) === 'hand-over-dossier';
    const files = new MessageFiles(payloads);
    const message = isHandOver
      ? await handOverMessage(task, payloads, files)
      : await statusReport(task, { payloads, files }, this.deps.config);
    return { body: files.body(message) };
  }

  async send(
    task: DeliveryTask,
    content: RenderedContent,
    signal: AbortSignal,
    mayWrite: () => boolean,
  ): Promise<CallResult> {
    const operation = operationOf(task);
    const url = urlOf(this.deps.config, operation === 'hand-over-dossier' ? 'handOver' : 'reportStatus');
    const reply = await this.calls.call({ method: 'POST', url, body: content.body, isWrite: true }, signal, mayWrite);
    return reply.kind === 'failed' ? reply.result : judgeOneStop(this.deps.replies, operation, reply);
  }

  /** Never needed: both operations are harmless to repeat. */
  async probe(): Promise<ProbeResult> {
    const call: CallResult = { outcome: 'unknown', wire: 'not-written', reasonCode: 'onestop.no-probe' };
    return { verdict: 'cannot-tell', askedAt: this.deps.clock.now(), call };
  }

  historyReplay(_operation: string): HistoryReplay {
    return 'as-was';
  }

  /** `traCuuHoSo`: a hand-over arrived when the dossier is there, a report when the dossier has its state. */
  async view(task: DeliveryTask, signal: AbortSignal): Promise<PartnerView> {
    const { dvclt, oneStop } = task.dossier.codes;
    try {
      const { rows } = await this.reads.lookUp([oneStop ?? dvclt], signal);
      const row = rows.find((one) => one.dvcltCode === dvclt || one.oneStopCode === oneStop);
      if (row === undefined) return { verdict: 'absent', reasonCode: 'onestop.look-up-absent' };
      const { oneStopCode, status } = row;
      const isApplied = operationOf(task) === 'hand-over-dossier' || status === task.facts.status;
      return {
        verdict: isApplied ? 'applied' : 'absent',
        reasonCode: isApplied ? 'onestop.look-up-found' : 'onestop.look-up-other-state',
        ...(status === undefined ? {} : { status }),
        oneStopCode,
      };
    } catch (error) {
      return { verdict: 'cannot-tell', reasonCode: codeOf(error) };
    }
  }

  async complaints(task: DeliveryTask, payloads: PayloadReader): Promise<readonly FieldComplaint[]> {
    await this.render(task, payloads);
    return [];
  }
}
