import type {
  CallResult,
  DeliveryTask,
  PartnerAdapter,
  PayloadReader,
  ProbeResult,
  RenderedContent,
  RepeatPolicy,
} from '#delivery';
import type { PartnerOperations } from '#dossier';
import { AppError } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { policyOf, urlOf } from '../config/partner-config';
import { MessageFiles } from '../wire/message-files';
import { handOverMessage } from './hand-over-message';
import { judgeOneStop } from './judge-onestop';
import type { OneStopCalls } from './onestop-calls';
import { statusReport } from './status-report';

type OneStopOperation = PartnerOperations['onestop'];

function operationOf(task: DeliveryTask): OneStopOperation {
  if (task.operation === 'hand-over-dossier' || task.operation === 'report-status') return task.operation;
  throw new AppError({ code: 'onestop.unknown-operation', disposition: 'bug', detail: task.operation });
}

/** The provincial one-stop as the delivery engine sees it: `tiepNhanHoSo` and `capNhatTrangThai`. An identical repeat of either has no
 *  second effect, and a repeated hand-over gives the same code (CONTRACTS §1.3). */
export class OneStopAdapter implements PartnerAdapter {
  readonly partner = 'onestop' as const;
  readonly policy;

  constructor(
    private readonly deps: AdapterDeps,
    private readonly calls: OneStopCalls,
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
}
