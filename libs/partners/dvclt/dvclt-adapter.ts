import { policyOf, urlOf } from '../config/partner-config';
import type { AdapterDeps } from '../config/adapter-deps';
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
import { AppError } from '#platform';
import { PartnerCalls, type CallPlan } from '../http/partner-call';
import { jsonBody } from '../wire/json-body';
import { MessageFiles } from '../wire/message-files';
import { bearer, isDeadDvcltToken } from './bearer';
import type { DvcltTokens } from './dvclt-tokens';
import { judgeAnswer } from './judge-answer';
import { statusMessage } from './status-message';

type DvcltOperation = PartnerOperations['dvclt'];

function isKnown(operation: string): operation is DvcltOperation {
  return operation === 'acknowledge-receipt' || operation === 'push-status';
}

/** DVCLT as the delivery engine sees it: acknowledgement and status push (dvclt.md §4-6). Both are harmless to repeat (quirks.md §4):
 *  an acknowledgement is idempotent, a repeated status is answered with success or with the text that proves it. */
export class DvcltAdapter implements ReplayAdapter {
  readonly partner = 'dvclt' as const;
  readonly policy;
  private readonly calls: PartnerCalls;

  constructor(
    private readonly deps: AdapterDeps,
    private readonly tokens: DvcltTokens,
  ) {
    this.policy = policyOf(deps.config);
    this.calls = new PartnerCalls(deps);
  }

  repeatPolicy(_operation: string): RepeatPolicy {
    return 'harmless-repeat';
  }

  async render(task: DeliveryTask, payloads: PayloadReader): Promise<RenderedContent> {
    const operation = operationOf(task);
    if (operation === 'acknowledge-receipt')
      return { body: jsonBody({ maHoSo: task.dossier.codes.dvclt, daNhan: true }) };
    const files = new MessageFiles(payloads);
    return { body: files.body(await statusMessage(task, { payloads, files }, this.deps.config)) };
  }

  async send(
    task: DeliveryTask,
    content: RenderedContent,
    signal: AbortSignal,
    mayWrite: () => boolean,
  ): Promise<CallResult> {
    const operation = operationOf(task);
    const reply = await this.calls.call(this.planOf(operation, content), signal, mayWrite);
    if (reply.kind === 'failed') return reply.result;
    return judgeAnswer(
      this.deps.replies,
      operation,
      reply,
      operation === 'push-status' ? task.facts.status : undefined,
    );
  }

  /** Never needed: every operation is harmless to repeat. */
  async probe(): Promise<ProbeResult> {
    const call: CallResult = { outcome: 'unknown', wire: 'not-written', reasonCode: 'dvclt.no-probe' };
    return { verdict: 'cannot-tell', askedAt: this.deps.clock.now(), call };
  }

  historyReplay(_operation: string): HistoryReplay {
    return 'as-was';
  }

  /** DVCLT has no status query (dvclt.md): what the journal proves is all there is. */
  async view({ dossier }: DeliveryTask): Promise<PartnerView> {
    const { dvclt: status } = dossier.statuses;
    return {
      verdict: 'cannot-ask',
      reasonCode: 'dvclt.no-status-query',
      ...(status === undefined ? {} : { status }),
    };
  }

  async complaints(task: DeliveryTask, payloads: PayloadReader): Promise<readonly FieldComplaint[]> {
    await this.render(task, payloads);
    return [];
  }

  private planOf(operation: DvcltOperation, content: RenderedContent): CallPlan {
    const isStatus = operation === 'push-status';
    const url = urlOf(this.deps.config, isStatus ? 'status' : 'acknowledge');
    return {
      isWrite: true,
      tokens: isStatus ? this.tokens.status : this.tokens.general,
      isDeadToken: isDeadDvcltToken,
      build: (token) => ({ method: isStatus ? 'POST' : 'PUT', url, headers: bearer(token), body: content.body }),
    };
  }
}

function operationOf(task: DeliveryTask): DvcltOperation {
  if (isKnown(task.operation)) return task.operation;
  throw new AppError({ code: 'dvclt.unknown-operation', disposition: 'bug', detail: task.operation });
}
