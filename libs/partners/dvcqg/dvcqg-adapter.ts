import type { CallResult, DeliveryTask, ReplayAdapter, PayloadReader, ProbeResult, RenderedContent } from '#delivery';
import type { AdapterDeps } from '../config/adapter-deps';
import { policyOf } from '../config/partner-config';
import { jsonObjectOf, type JsonObject } from '../http/answer-json';
import { wholeBody } from '../wire/whole-body';
import { arrayOf, filledText, integerOf, objectOf } from '../wire/fields';
import { jsonBody } from '../wire/json-body';
import { PortalClient } from './portal-client';
import { portalDossier } from './portal-dossier';
import { portalProgress } from './portal-progress';
import { judgeWrite, type PortalWrite } from './portal-reply';
import { judgeLookUp } from './probe-create';
import { viewDossier } from './view-dossier';

/** The national portal as the delivery engine sees it (reference dvcqg.md §1-3, CONTRACTS §1): `sync-dossier` is `DongBoHoSoMC`,
 *  `append-progress` one row of `CapNhatTienDoHoSoMC`. One write call carries one dossier. A create and the update that some portals
 *  need after it are one step (Q38): two calls, one attempt, judged by the last one that was made.
 *  @param client shared with `reconciledDvcqg`, so that both use one session */
export function createDvcqgAdapter(deps: AdapterDeps, client = new PortalClient(deps)): ReplayAdapter {
  return {
    partner: 'dvcqg',
    policy: policyOf(deps.config),
    // Only a create is looked up; an update and a progress row are repeated as they are.
    repeatPolicy: (operation) => (operation === 'sync-dossier' ? 'probe-first' : 'harmless-repeat'),
    render: async (task, payloads) => ({ body: jsonBody(await render(deps, task, payloads)) }),
    send: (task, content, signal, mayWrite) => send(deps, client, { task, content, signal, mayWrite }),
    probe: (_task, content, signal) => probe(deps, client, content, signal),
    // The dossier carries the state of now; its progress rows tell the way there (CONTRACTS §1.3).
    historyReplay: (operation) => (operation === 'sync-dossier' ? 'as-now' : 'as-was'),
    view: (task, signal) => viewDossier(deps, client, task, signal),
    complaints: async (task, payloads) => {
      await render(deps, task, payloads);
      return [];
    },
  };
}

async function render(deps: AdapterDeps, task: DeliveryTask, payloads: PayloadReader): Promise<object> {
  const { madonvi } = deps.config.constants;
  if (task.operation === 'append-progress') {
    const officer = task.facts.officerRef === undefined ? {} : await payloads.officer(task.facts.officerRef);
    return { madonvi, service: 'CapNhatTienDoHoSoMC', data: [portalProgress(task.dossier, task.facts, officer)] };
  }
  const item = await portalDossier(await partsOf(task, payloads), deps.config, payloads);
  return { madonvi, service: 'DongBoHoSoMC', isUpdating: isKnownThere(task) ? 'True' : 'False', data: [item] };
}

/** The state of now, and the payloads that belong to it (CONTRACTS §1.3: `DongBoHoSoMC` carries the state of now). */
async function partsOf(
  { dossier, facts }: DeliveryTask,
  payloads: PayloadReader,
): Promise<Parameters<typeof portalDossier>[0]> {
  const { supplement, resultRef } = dossier;
  const [content, result, supplementOfficer] = await Promise.all([
    payloads.content(dossier.contentRef),
    resultRef === undefined ? undefined : payloads.result(resultRef),
    supplement?.officerRef === undefined ? undefined : payloads.officer(supplement.officerRef),
  ]);
  return { dossier, facts, content, result, supplementOfficer };
}

interface Sending {
  task: DeliveryTask;
  content: RenderedContent;
  signal: AbortSignal;
  mayWrite: () => boolean;
}

async function send(
  deps: AdapterDeps,
  client: PortalClient,
  { task, content, signal, mayWrite }: Sending,
): Promise<CallResult> {
  const write = async (body: Buffer, written: PortalWrite): Promise<CallResult> => {
    const reply = await client.write(body, signal, mayWrite);
    return reply.kind === 'failed' ? reply.result : judgeWrite(deps.replies, written, reply);
  };
  const message = wholeBody(content);
  const written = writtenBy(task, message);
  const result = await write(message, written);
  const needsUpdate = written.isCreate && result.outcome === 'accepted' && deps.config.updateAfterCreate;
  return needsUpdate ? afterCreate(await write(asUpdate(message), { ...written, isCreate: false })) : result;
}

/** The same content as an update: the second call of a step whose create was accepted (Q38). */
function asUpdate(message: Buffer): Buffer {
  return jsonBody({ ...jsonObjectOf(message), isUpdating: 'True' });
}

/** The portal has the dossier whatever became of the update: a repeat is rendered anew and is an update. */
function afterCreate(update: CallResult): CallResult {
  return update.outcome === 'retry'
    ? { ...update, rerender: true, proves: { ...update.proves, portalHasDossier: true } }
    : update;
}

/** An update is not looked up: its identical repeat is harmless, so it counts as absent at once. */
async function probe(
  deps: AdapterDeps,
  client: PortalClient,
  content: RenderedContent,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const askedAt = deps.clock.now();
  const message = jsonObjectOf(wholeBody(content)) ?? {};
  const code = filledText(itemOf(message)['MaHoSo']);
  if (message['isUpdating'] !== 'False' || code === undefined) {
    return {
      verdict: 'absent',
      askedAt,
      call: { outcome: 'accepted', wire: 'not-written', reasonCode: 'dvcqg.update-is-repeated' },
    };
  }
  const reply = await client.lookUp(code, signal);
  return judgeLookUp(deps.replies, { code, status: integerOf(itemOf(message)['TrangThaiHoSo']) }, reply, askedAt);
}

/** The portal has proved that it holds the dossier, and was not seen to have lost it since. */
function isKnownThere({ dossier, facts }: DeliveryTask): boolean {
  return dossier.portalKnown && facts.isForgotten !== true;
}

function writtenBy(task: DeliveryTask, body: Buffer): PortalWrite {
  const { operation } = task;
  const isKnown = isKnownThere(task);
  if (operation === 'append-progress') return { operation, isCreate: false, isKnownThere: isKnown };
  const message = jsonObjectOf(body) ?? {};
  const status = integerOf(itemOf(message)['TrangThaiHoSo']);
  return {
    operation: 'sync-dossier',
    isCreate: message['isUpdating'] === 'False',
    isKnownThere: isKnown,
    ...(status === undefined ? {} : { status }),
  };
}

function itemOf(message: JsonObject): JsonObject {
  return objectOf(arrayOf(message['data'])[0]) ?? {};
}
