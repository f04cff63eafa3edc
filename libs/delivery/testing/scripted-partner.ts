import type { PartnerId } from '#dossier';
import type {
  CallResult,
  DeliveryTask,
  LargeBody,
  PartnerAdapter,
  PartnerPolicy,
  PayloadReader,
  ProbeResult,
  RenderedContent,
  RepeatPolicy,
} from '../ports';

export const TEST_POLICY: PartnerPolicy = {
  deadlineMs: 10_000,
  maxConcurrency: 8,
  breaker: { lanes: 5, openMs: 2_000, maxOpenMs: 30_000 },
  perDay: null,
  firstRetryMs: 500,
  maxRetryMs: 30_000,
  maxAttempts: 10,
  maxAgeMs: 86_400_000,
  absentAfterMs: 2_000,
};

export const ACCEPTED: CallResult = {
  outcome: 'accepted',
  wire: 'answered',
  reasonCode: 'test.accepted',
  httpStatus: 200,
};

export interface SeenCall {
  task: DeliveryTask;
  body: string;
}

type Answer = (call: SeenCall) => CallResult | Promise<CallResult>;

/** An outside system at the port of the delivery engine, answering by script; it keeps what it saw. */
export class ScriptedPartner implements PartnerAdapter {
  readonly calls: SeenCall[] = [];
  readonly probes: SeenCall[] = [];
  readonly rendered: DeliveryTask[] = [];
  repeat: RepeatPolicy = 'harmless-repeat';
  answer: Answer = () => ACCEPTED;
  probeAnswer: (call: SeenCall) => ProbeResult | Promise<ProbeResult> = () => ({
    verdict: 'cannot-tell',
    askedAt: new Date(),
    call: ACCEPTED,
  });
  renderBody: (task: DeliveryTask, payloads: PayloadReader) => Promise<string | LargeBody> = async (task) =>
    JSON.stringify({ delivery: task.deliveryId, render: this.rendered.length });

  constructor(
    readonly partner: PartnerId = 'dvclt',
    readonly policy: PartnerPolicy = TEST_POLICY,
  ) {}

  repeatPolicy(): RepeatPolicy {
    return this.repeat;
  }

  async render(task: DeliveryTask, payloads: PayloadReader): Promise<RenderedContent> {
    this.rendered.push(task);
    const body = await this.renderBody(task, payloads);
    return { body: typeof body === 'string' ? Buffer.from(body) : body };
  }

  async send(
    task: DeliveryTask,
    content: RenderedContent,
    _signal: AbortSignal,
    mayWrite: () => boolean,
  ): Promise<CallResult> {
    if (!mayWrite()) return { outcome: 'retry', wire: 'not-written', reasonCode: 'lease.too-old' };
    const call = { task, body: await textOf(content) };
    this.calls.push(call);
    return this.answer(call);
  }

  async probe(task: DeliveryTask, content: RenderedContent): Promise<ProbeResult> {
    const call = { task, body: await textOf(content) };
    this.probes.push(call);
    return this.probeAnswer(call);
  }
}

/** The body as it goes over the wire. */
async function textOf({ body }: RenderedContent): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  const pieces: Buffer[] = [];
  for await (const piece of body.open()) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
