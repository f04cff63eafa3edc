import { lockDossiers, type DossierState } from '#dossier';
import { codeOf, rfc3339, type Tx } from '#platform';
import { countTake, lockPersonRequest } from '../adapters/person-request-store';
import { takeRefusal, type TakeRefusal } from '../domain/person-request';
import type { PrivacyDeps, Viewer } from '../ports';
import { isSeen, PERSON_REQUEST, refused, requestUnknown } from './ask-person-request';
import { openContent, type LabelledContent } from './open-content';
import { codesOf } from './reveal-fields';

/** What is kept of a person in one dossier. Other people stand in the same declaration: who hands it over has to look at that. */
interface ExportedDossier extends LabelledContent {
  dossierId: string;
  codes: string[];
  procedure: string;
  unit: string;
  state: string;
  receivedAt: string;
  /** Its content was erased before. */
  isErased: boolean;
}

export interface PersonExport {
  requestId: string;
  takenAt: string;
  /** Some dossiers of the person may be missing: see the request. */
  indexIncomplete: boolean;
  dossiers: ExportedDossier[];
}

const DETAILS: Readonly<Record<TakeRefusal, string>> = {
  'not-own-request': 'only who asked for it may take it',
  'request-not-approved': 'no second person has approved it',
  'request-expired': 'it could be taken for 24 h after the approval: ask again',
  'export-taken': 'it was taken as often as allowed: ask again',
};

/** The approved export of a person's data, in the clear. Each time counts and is logged, per dossier, before it leaves. Files are shown by `revealFile`.
 *  @throws AppError 404 `person-request-unknown`; 403 `not-own-request`; 409 `request-not-approved`; 410 `request-expired`, `export-taken` */
export async function takeExport(requestId: string, by: Viewer, deps: PrivacyDeps): Promise<PersonExport> {
  const now = deps.clock.now();
  return deps.db.run(async (tx) => {
    const request = await lockPersonRequest(tx, requestId);
    if (!request || !(await isSeen(request, by, tx))) throw requestUnknown();
    const refusal = takeRefusal(request, { account: by.actor.id, now, maxTakes: deps.purposePolicy.limits.maxTakes });
    if (refusal) throw refused(refusal, STATUS[refusal], DETAILS[refusal]);
    await countTake(tx, requestId);
    const states = await lockDossiers(tx, [...request.dossiers].sort());
    const dossiers: ExportedDossier[] = [];
    for (const state of states.values()) if (state !== null) dossiers.push(await exported(tx, state, deps));
    await deps.syncLog.append(
      tx,
      dossiers.map(({ dossierId, codes, unit, procedure, fields }) => ({
        ...{ kind: 'personal-data.exported' as const, actor: by.actor, dossierId, codes, unit, procedure },
        ...{ operation: 'person.export', purpose: PERSON_REQUEST },
        detail: { requestId, count: fields.length },
      })),
    );
    return { requestId, takenAt: rfc3339(now), indexIncomplete: request.indexIncomplete, dossiers };
  });
}

const STATUS: Readonly<Record<TakeRefusal, number>> = {
  'not-own-request': 403,
  'request-not-approved': 409,
  'request-expired': 410,
  'export-taken': 410,
};

async function exported(tx: Tx, state: DossierState, deps: PrivacyDeps): Promise<ExportedDossier> {
  const { id, procedure, unit, receivedAt } = state;
  const head = { dossierId: id, codes: codesOf(state), procedure, unit, state: state.state, receivedAt };
  try {
    return { ...head, ...(await openContent(state, deps, tx)), isErased: false };
  } catch (error) {
    if (codeOf(error) !== 'vault-erased') throw error;
    return { ...head, fields: [], files: [], isErased: true };
  }
}
