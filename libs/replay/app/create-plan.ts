import { answerOnce, type Vault } from '#access';
import { kindsOfGroup, type Cause } from '#delivery';
import { findDossierIds } from '#dossier';
import { AppError, holdsPersonalNumber, sha256, type Database, type Tx } from '#platform';
import type { SyncLogActor } from '#synclog';
import { freezeItems, type FrozenItems, type ResolvedSelection } from '../adapters/freeze-items';
import { insertPlan, readPlan } from '../adapters/plan-store';
import type { Edit } from '../domain/edits';
import { NO_COUNTS, type PlanAction, type PlanSource, type ReplayPlan, type Selection } from '../domain/plan';
import { selectionHashOf } from '../domain/plan-hash';
import type { ReplayPolicy } from '../domain/replay-policy';
import { recordPlan, type PlanRecordDeps } from './plan-record';
import { applyEdits } from './apply-edits';
import { sealRegistration, type ManualRegistration } from './seal-registration';

/** What a person asks for. */
export interface PlanRequest {
  /** @default 'replay' */
  action?: PlanAction;
  /** @default 'dead-letters' */
  source?: PlanSource;
  selection: Selection;
  /** One of the policy's. */
  reasonCode: string;
  /** Why, for colleagues and auditors. No personal data. */
  reason: string;
  /** Items a second. @default the policy's */
  ratePerSecond?: number;
  /** @default the policy's */
  maxErrorShare?: number;
  /** Corrections of the declaration, for these messages only. */
  edits?: readonly Edit[];
  /** Runs as soon as its dry run is there, where the policy asks for no second person. */
  startsByPolicy?: boolean;
  /** Whose request it is, when a system makes it for a person. @default the caller */
  requestedBy?: string;
  /** With `link-registration`, and only there. */
  registration?: ManualRegistration;
}

/** Who asks; a system asks for watches and healing. */
export interface PlanCaller {
  actor: SyncLogActor;
  /** Communes the caller is limited to; null = all. */
  units: readonly string[] | null;
  idempotencyKey: string;
}

export interface PlanDeps extends PlanRecordDeps {
  db: Database;
  policy: ReplayPolicy;
  causes: readonly Cause[];
  vault: Pick<Vault, 'openMany' | 'seal' | 'sealMany' | 'dedupDigest'>;
}

/** Freezes a selection as a plan. Nothing is asked and nothing is sent yet. Ring `outbox` after this.
 *  @throws AppError 422 `replay-reason-unknown`, `replay-reason-personal`, `replay-selection-empty`, `replay-selection-too-large`,
 *  `replay-selection-open`; 404 `dossier-unknown`, `group-unknown`; those of `preparePayload`; 409 `idempotency-conflict` */
export async function createPlan(request: PlanRequest, by: PlanCaller, deps: PlanDeps): Promise<ReplayPlan> {
  refuseUnusable(request, deps.policy);
  // Absent parts dropped; of what people typed only its keyed digest.
  const { edits, registration, ...rest } = request;
  const registered = registration && { ...registration, file: sha256(registration.file).toString('base64') };
  const typed = deps.vault.dedupDigest(Buffer.from(JSON.stringify({ edits, registered }))).toString('base64');
  const asked = { ...(JSON.parse(JSON.stringify({ createPlan: rest })) as object), typed };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request: asked, at: deps.clock.now() };
  return deps.db.run(async (tx) => {
    const { planId } = await answerOnce(tx, once, () => create(tx, request, by, deps));
    return (await readPlan(tx, planId, null)) as ReplayPlan;
  });
}

async function create(tx: Tx, request: PlanRequest, by: PlanCaller, deps: PlanDeps): Promise<{ planId: string }> {
  const { policy, clock, ids } = deps;
  const planId = ids.next();
  const selection = JSON.parse(JSON.stringify(request.selection)) as Selection;
  const source = request.source ?? 'dead-letters';
  const action = request.action ?? 'replay';
  const resolved = await resolveSelection(tx, selection, by.units, deps);
  const frozen = await freezeItems(tx, { id: planId, source, limit: policy.maxItems + 1 }, resolved);
  refuseSize(frozen, policy);
  const typed = await takeTyped(tx, { planId, request, by, frozen }, deps);
  const plan: ReplayPlan = {
    ...FRESH,
    id: planId,
    action,
    source,
    selection,
    selectionHash: selectionHashOf({ ...selection, action, source }, frozen.idsDigest, typed.digest),
    items: frozen.items,
    dossiers: frozen.dossiers,
    units: frozen.units,
    link: typed.link,
    editedFields: typed.editedFields,
    reasonCode: request.reasonCode,
    reason: request.reason,
    requestedBy: request.requestedBy ?? by.actor.id,
    startsByPolicy: request.startsByPolicy === true,
    createdAt: clock.now(),
    ratePerSecond: request.ratePerSecond ?? policy.ratePerSecond,
    maxErrorShare: request.maxErrorShare ?? policy.maxErrorShare,
  };
  await insertPlan(tx, plan);
  await recordPlan(tx, { step: 'requested', plan, actor: by.actor }, deps);
  return { planId };
}

interface Typed {
  digest: Buffer | null;
  link: ReplayPlan['link'];
  editedFields: ReplayPlan['editedFields'];
}

/** What people typed in: sealed, and part of the hash. */
async function takeTyped(
  tx: Tx,
  { planId, request, by, frozen }: { planId: string; request: PlanRequest; by: PlanCaller; frozen: FrozenItems },
  deps: PlanDeps,
): Promise<Typed> {
  const { edits, registration } = request;
  if (registration !== undefined) {
    if (frozen.items !== 1) throw refusal('link-not-possible', 'delivery', 'one delivery, which is a dead letter');
    return { ...(await sealRegistration(tx, { planId, registration }, deps)), editedFields: null };
  }
  if (edits === undefined || edits.length === 0) return { digest: null, link: null, editedFields: null };
  const digest = await applyEdits(tx, { planId, edits, actor: by.actor }, deps);
  return { digest, link: null, editedFields: [...new Set(edits.map((edit) => edit.field))].sort() };
}

const FRESH = {
  state: 'draft',
  dryRunAt: null,
  totals: null,
  hash: null,
  needsApproval: null,
  approvedBy: null,
  approvedAt: null,
  approvalExpiresAt: null,
  startedBy: null,
  startedAt: null,
  endedAt: null,
  nextNumber: 1,
  lookedNumber: 0,
  wave: 0,
  waveFirst: 1,
  waveLast: 0,
  rampFrom: null,
  drainFrom: null,
  drained: 0,
  waveFailed: 0,
  counts: NO_COUNTS,
  stop: null,
  leaseOwner: null,
} as const;

/** @throws AppError 404 `group-unknown`, `dossier-unknown` */
export async function resolveSelection(
  tx: Tx,
  selection: Selection,
  units: readonly string[] | null,
  { causes }: Pick<PlanDeps, 'causes'>,
): Promise<ResolvedSelection> {
  const { group, from, to, dossiers, ...rest } = selection;
  const kinds = group === undefined ? undefined : await kindsOfGroup(tx, group, causes);
  if (kinds?.length === 0) throw refusal('group-unknown', 'group', 'no dead letters of this group', 404);
  const dossierIds = dossiers && (await dossiersOf(tx, dossiers, units));
  return {
    ...rest,
    units,
    ...(kinds === undefined ? {} : { kinds }),
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(to === undefined ? {} : { to: new Date(to) }),
    ...(dossierIds === undefined ? {} : { dossierIds }),
  };
}

/** Another commune's dossier is as unknown as none. */
async function dossiersOf(tx: Tx, codes: readonly string[], units: readonly string[] | null): Promise<string[]> {
  const found = await findDossierIds(tx, codes, units);
  if (codes.some((code) => !found.has(code)))
    throw refusal('dossier-unknown', 'dossiers', 'one of the codes is unknown', 404);
  return [...new Set(found.values())];
}

function refuseUnusable(request: PlanRequest, policy: ReplayPolicy): void {
  const { reasonCode, reason, selection, source } = request;
  if (!policy.reasonCodes.includes(reasonCode))
    throw refusal('replay-reason-unknown', 'reasonCode', `one of ${policy.reasonCodes.join(', ')}`);
  if (holdsPersonalNumber(reason))
    throw refusal('replay-reason-personal', 'reason', 'the reason looks as if it holds a person’s number');
  refuseUnfit(request);
  if (source === 'history' && !isBounded(selection))
    throw refusal('replay-selection-open', 'selection', 'history needs from and to, dossiers, or ids');
}

function isBounded({ from, to, ids, dossiers }: Selection): boolean {
  return ids !== undefined || dossiers !== undefined || (from !== undefined && to !== undefined);
}

/** Parts that do not belong together. */
function refuseUnfit({ source, action = 'replay', edits, registration }: PlanRequest): void {
  if (source === 'history' && action !== 'replay')
    throw refusal('replay-not-allowed', 'action', 'what was settled can only be replayed');
  if ((action === 'link-registration') !== (registration !== undefined))
    throw refusal('replay-not-allowed', 'action', 'a registration belongs to link-registration, and to nothing else');
  const hasEdits = edits !== undefined && edits.length > 0;
  if (hasEdits && (action !== 'replay' || source === 'history'))
    throw refusal('replay-not-allowed', 'edits', 'only a replay of dead letters can be edited');
}

function refuseSize({ items }: FrozenItems, { maxItems }: ReplayPolicy): void {
  if (items === 0) throw refusal('replay-selection-empty', 'selection', 'nothing fits the selection');
  if (items > maxItems)
    throw refusal('replay-selection-too-large', 'selection', `more than ${maxItems} deliveries fit the selection`);
}

function refusal(code: string, field: string, detail: string, status = 422): AppError {
  return new AppError({ code, disposition: 'refuse', status, field, detail });
}
