import { answerOnce, requestRefused, requestState } from '#access';
import { lockDossiers } from '#dossier';
import type { Tx } from '#platform';
import { endFileLinks, endRegistryPolls, lockOwnerKeys, messageOwners } from '../adapters/erasable-store';
import { forgetPersons } from '../adapters/person-index';
import { approvePersonRequest as writeApproval, lockPersonRequest } from '../adapters/person-request-store';
import { approvalRefusal, type PersonRequest } from '../domain/person-request';
import type { ActingViewer, PrivacyDeps } from '../ports';
import {
  isSeen,
  PERSON_REQUEST,
  refuseUnerasable,
  requestUnknown,
  toldPersonRequest,
  type ToldPersonRequest,
} from './ask-person-request';
import { codesOf } from './reveal-fields';

export interface PersonApproval {
  requestId: string;
  /** Digest of what the approver was shown. */
  setDigest: string;
}

/** A second person's yes. An erasure happens in this transaction, for all dossiers of the request or for none: keys destroyed, links to files ended, nobody found
 *  by number any more, and each dossier's entry in the sync log. An export may be taken from now on by who asked for it.
 *  @throws AppError 403 `own-request`; 404 `person-request-unknown`; 409 `request-not-open`, `request-expired`, `request-set-differs`, `legal-hold-stands`,
 *  `dossier-not-at-end`, `person-index-incomplete`, `idempotency-conflict` */
export async function approvePersonRequest(
  approval: PersonApproval,
  by: ActingViewer,
  deps: PrivacyDeps,
): Promise<ToldPersonRequest> {
  const at = deps.clock.now();
  const request = { operation: 'person.approve', ...approval };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request, at };
  return deps.db.run((tx) => answerOnce(tx, once, () => approve(tx, approval, { by, at }, deps)));
}

async function approve(
  tx: Tx,
  { requestId, setDigest }: PersonApproval,
  { by, at }: { by: ActingViewer; at: Date },
  deps: PrivacyDeps,
): Promise<ToldPersonRequest> {
  const request = await lockPersonRequest(tx, requestId);
  if (!request || !(await isSeen(request, by, tx))) throw requestUnknown();
  const refusal = approvalRefusal(request, { approver: by.actor.id, setDigest, now: at });
  if (refusal) throw requestRefused(refusal, requestState(request, at));
  const approved: PersonRequest = { ...request, state: 'approved', approvedBy: by.actor.id, approvedAt: at };
  await writeApproval(tx, approved);
  await deps.syncLog.append(tx, [
    {
      kind: 'person-request.approved',
      actor: by.actor,
      operation: `person.${request.kind}`,
      purpose: PERSON_REQUEST,
      detail: { requestId, setDigest, count: request.dossiers.length, clientId: request.requestedBy },
    },
  ]);
  if (request.kind === 'erase') await erase(tx, approved, by, deps);
  return toldPersonRequest(approved, at);
}

async function erase(
  tx: Tx,
  { id: requestId, dossiers, requestedBy }: PersonRequest,
  { actor }: ActingViewer,
  { vault, syncLog, clock }: PrivacyDeps,
): Promise<void> {
  await refuseUnerasable(tx, dossiers);
  const messages = await messageOwners(tx, dossiers);
  await lockOwnerKeys(tx, { dossiers, messages });
  await endFileLinks(tx, dossiers, clock.now());
  for (const ownerId of dossiers) await vault.eraseOwner(tx, { ownerKind: 'dossier', ownerId });
  for (const ownerId of messages) await vault.eraseOwner(tx, { ownerKind: 'message', ownerId });
  await forgetPersons(tx, dossiers);
  await endRegistryPolls(tx, dossiers);
  const states = await lockDossiers(tx, [...dossiers].sort());
  await syncLog.append(
    tx,
    [...states].flatMap(([dossierId, state]) =>
      state === null
        ? []
        : [
            {
              kind: 'personal-data.erased' as const,
              actor,
              dossierId,
              codes: codesOf(state),
              unit: state.unit,
              procedure: state.procedure,
              operation: 'person.erase',
              purpose: PERSON_REQUEST,
              detail: { requestId, clientId: requestedBy },
            },
          ],
    ),
  );
}
