import type {
  CallResult,
  DeliveryTask,
  FieldComplaint,
  ReplayAdapter,
  PayloadReader,
  RenderedContent,
} from '#delivery';
import { AppError } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { policyOf } from '../config/partner-config';
import { viewOf } from '../view-of-probe';
import { MessageFiles } from '../wire/message-files';
import { missingProvince } from './birth-province';
import { precheck } from './precheck';
import { probeSubmission, viewSubmissions } from './probe-submission';
import type { RegistryClient } from './registry-client';
import { unmappedLeafCount, type RegistryDeclaration } from './registry-declaration';
import { declarationOf, registrationPush } from './registration-push';
import { judgeSubmit } from './submit-reply';

/** hộ tịch as the delivery engine sees it (reference hotich.md §3-4, CONTRACTS §1). Its one write is `submit-registration`.
 *  @param client shared with `createRegistryResults`, so that pushes and polls use one token */
export function createHotichAdapter(deps: AdapterDeps, client: RegistryClient): ReplayAdapter {
  return {
    partner: 'hotich',
    policy: policyOf(deps.config),
    // A registration must not be made twice: the poll is asked first (quirks.md §4).
    repeatPolicy: () => 'probe-first',
    render: (task, payloads) => render(deps, task, payloads),
    send: (task, content, signal, mayWrite) => send(deps, client, { task, content, signal, mayWrite }),
    probe: (task, _content, signal) => probeSubmission(deps, client, task, signal),
    historyReplay: () => 'as-was',
    view: async (task, signal) => viewOf(await probeSubmission(deps, client, task, signal)),
    viewTogether: {
      atMost: deps.config.limits.batch,
      view: (tasks, signal) => viewSubmissions(deps, client, tasks, signal),
    },
    complaints: (task, payloads) => complaints(deps, task, payloads),
  };
}

async function complaints(
  { config }: AdapterDeps,
  task: DeliveryTask,
  payloads: PayloadReader,
): Promise<readonly FieldComplaint[]> {
  const content = await payloads.content(task.facts.contentRef ?? task.dossier.contentRef);
  const declaration = declarationOf(task.dossier, content, config);
  await registrationPush(task.dossier, content, declaration, new MessageFiles(payloads));
  return precheck(declaration, config.catalogue);
}

async function render(deps: AdapterDeps, task: DeliveryTask, payloads: PayloadReader): Promise<RenderedContent> {
  const content = await payloads.content(task.facts.contentRef ?? task.dossier.contentRef);
  const declaration = declarationOf(task.dossier, content, deps.config);
  sayMissingProvince(deps, task, content.declaration);
  check(deps, task, declaration);
  const unmapped = unmappedLeafCount(task.dossier.module, content.declaration);
  if (unmapped > 0)
    deps.log.warn('hotich.leaves-left-out', {
      deliveryId: task.deliveryId,
      dossierId: task.dossier.id,
      count: unmapped,
    });
  const files = new MessageFiles(payloads);
  return { body: files.body(await registrationPush(task.dossier, content, declaration, files)) };
}

/** Says before the call what hộ tịch would refuse (P8): field names and kinds of problem only. */
function check({ config, log }: AdapterDeps, task: DeliveryTask, declaration: RegistryDeclaration): void {
  const issues = precheck(declaration, config.catalogue);
  const [first] = issues;
  if (first === undefined) return;
  log.warn('hotich.precheck', {
    deliveryId: task.deliveryId,
    dossierId: task.dossier.id,
    mode: config.precheck,
    issues: issues.map((issue) => `${issue.field}:${issue.problem}`),
  });
  if (config.precheck === 'warn') return;
  throw new AppError({ code: `hotich.precheck.${first.problem}`, disposition: 'person', field: first.field });
}

/** For the person who reviews what came without a code (Q45): which delivery, which code its text names, whether it was taken over. */
function sayMissingProvince(
  { config, log }: AdapterDeps,
  { deliveryId, dossier }: DeliveryTask,
  leaves: Readonly<Record<string, string>>,
): void {
  const missing = missingProvince(leaves, config);
  if (missing === undefined) return;
  log.warn('hotich.area-code-empty', {
    deliveryId,
    dossierId: dossier.id,
    field: 'nksNoiSinhDVHC',
    named: missing.named ?? 'none',
    isFilled: missing.isFilled,
  });
}

interface Sending {
  task: DeliveryTask;
  content: RenderedContent;
  signal: AbortSignal;
  mayWrite: () => boolean;
}

async function send(
  deps: AdapterDeps,
  client: RegistryClient,
  { task, content, signal, mayWrite }: Sending,
): Promise<CallResult> {
  const reply = await client.submit(content.body, signal, mayWrite);
  if (reply.kind === 'failed') return reply.result;
  const push = { isRepush: task.facts.repush === true, wasUnknown: task.wasUnknown };
  return judgeSubmit(deps.replies, push, reply);
}
