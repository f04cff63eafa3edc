import { answerOnce } from '#access';
import type { DossierState } from '#dossier';
import { AppError, holdsPersonalNumber, localDay, rfc3339, type Tx } from '#platform';
import { insertView, lookAgain } from '../adapters/view-store';
import type { ContentField } from '../domain/content-fields';
import { purposeFor } from '../domain/purposes';
import type { ActingViewer, PrivacyDeps } from '../ports';
import { openContent } from './open-content';
import { seenDossier } from './seen-dossier';
import { refuseTooMany } from './within-limits';

export interface RevealAsk {
  code: string;
  purpose: string;
  /** Names of fields as `showContent` gives them. */
  fields: readonly string[];
  reason?: string;
}

export interface Reveal {
  id: string;
  dossierId: string;
  purpose: string;
  legalBasis: string;
  at: string;
  /** Until then the same request, with the same key, shows the same fields again. */
  expiresAt: string;
  fields: ContentField[];
}

type Grant = Omit<Reveal, 'fields' | 'legalBasis'>;
const MINUTE_MS = 60_000;

/** Shows values, for a purpose. The grant and its entry in the sync log are committed before the values leave; what is bound to the key is the grant, never a
 *  value, so that an equal repeat is a further look: logged, counted, and only for some minutes.
 *  @throws AppError 404 `dossier-unknown`; 410 `vault-erased`, `reveal-expired`; 422 `field-unknown`, `purpose-unknown`, `reveal-reason-missing`,
 *  `reveal-reason-personal`; 403 `purpose-not-allowed`; 429 `too-many-reveals`; 409 `idempotency-conflict` */
export async function revealFields(ask: RevealAsk, by: ActingViewer, deps: PrivacyDeps): Promise<Reveal> {
  if (holdsPersonalNumber(ask.reason ?? '')) throw reasonPersonal();
  return deps.db.run(async (tx) => {
    const state = await seenDossier(tx, ask.code, by.units);
    const shown = chosen((await openContent(state, deps, tx)).fields, ask.fields);
    const sensitive = shown.filter(({ label }) => label === 'sensitive').length;
    const { legalBasis } = purposeFor(deps.purposePolicy, {
      purpose: ask.purpose,
      roles: by.roles,
      day: localDay(deps.clock.now()),
      reason: ask.reason,
      isSensitive: sensitive > 0,
    });
    const grant = await grantOnce(tx, ask, { state, sensitive, by }, deps);
    return { ...grant, legalBasis, fields: shown };
  });
}

function chosen(fields: readonly ContentField[], names: readonly string[]): ContentField[] {
  const known = new Map(fields.map((field) => [field.field, field]));
  return [...new Set(names)].map((name) => {
    const found = known.get(name);
    if (found) return found;
    throw new AppError({
      code: 'field-unknown',
      disposition: 'refuse',
      status: 422,
      field: 'fields',
      detail: 'the dossier has no field of one of these names',
    });
  });
}

interface Granting {
  state: DossierState;
  sensitive: number;
  by: ActingViewer;
}

async function grantOnce(
  tx: Tx,
  ask: RevealAsk,
  { state, sensitive, by }: Granting,
  deps: PrivacyDeps,
): Promise<Grant> {
  const { limits } = deps.purposePolicy;
  const at = deps.clock.now();
  const fields = [...new Set(ask.fields)].sort();
  const account = by.actor.id;
  const request = { operation: 'dossier.reveal', ...ask, fields };
  let isNew = false;
  const grant = await answerOnce(tx, { clientId: account, key: by.idempotencyKey, request, at }, async () => {
    isNew = true;
    await refuseTooMany(tx, { account, kind: 'fields', fields: fields.length, sensitive, now: at }, limits);
    const id = deps.ids.next();
    const expiresAt = new Date(at.getTime() + limits.validMinutes * MINUTE_MS);
    const { purpose, reason = null } = ask;
    await insertView(tx, {
      id,
      kind: 'fields',
      account,
      purpose,
      dossierId: state.id,
      fields,
      sensitive,
      reason,
      at,
      expiresAt,
    });
    return { id, dossierId: state.id, purpose, at: rfc3339(at), expiresAt: rfc3339(expiresAt) };
  });
  if (!isNew) await refuseLateLook(tx, grant.id, at, deps);
  await deps.syncLog.append(tx, [
    {
      kind: 'personal-data.viewed',
      actor: by.actor,
      dossierId: state.id,
      codes: codesOf(state),
      unit: state.unit,
      procedure: state.procedure,
      operation: 'dossier.reveal',
      purpose: ask.purpose,
      detail: { viewId: grant.id, fields, count: fields.length, sensitive, until: grant.expiresAt },
    },
  ]);
  return grant;
}

async function refuseLateLook(tx: Tx, id: string, now: Date, { purposePolicy }: PrivacyDeps): Promise<void> {
  const look = await lookAgain(tx, id);
  if (look && look.expiresAt > now && look.looks <= purposePolicy.limits.maxLooks) return;
  throw new AppError({
    code: 'reveal-expired',
    disposition: 'refuse',
    status: 410,
    detail: 'this reveal has ended: ask again, with a new Idempotency-Key',
  });
}

/** Foreign codes of a dossier, for the sync log. */
export function codesOf({ codes: { dvclt, oneStop, registry } }: DossierState): string[] {
  return [dvclt, oneStop, ...registry].filter((code) => code !== undefined);
}

export function reasonPersonal(): AppError {
  return new AppError({
    code: 'reveal-reason-personal',
    disposition: 'refuse',
    status: 422,
    field: 'reason',
    detail: 'the reason looks as if it holds a person’s number',
  });
}
