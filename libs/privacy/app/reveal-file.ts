import type { VaultReading } from '#access';
import { AppError, holdsPersonalNumber, localDay, rfc3339 } from '#platform';
import { insertView } from '../adapters/view-store';
import { purposeFor } from '../domain/purposes';
import type { PrivacyDeps, Viewer } from '../ports';
import { openContent } from './open-content';
import { codesOf, reasonPersonal } from './reveal-fields';
import { seenDossier } from './seen-dossier';
import { refuseTooMany } from './within-limits';

export interface FileAsk {
  code: string;
  purpose: string;
  /** Vault object as `showContent` names it. */
  file: string;
  reason?: string;
}

export interface RevealedFile {
  sizeBytes: number;
  contentType: string;
  /** SHA-256 of the bytes. */
  sha256: Buffer;
  pieces: AsyncIterable<Buffer>;
}

/** One file of a dossier, for a purpose. Every file counts as sensitive. Each call is a view of its own; nothing is bound to a key, since nothing is changed.
 *  The first piece is authenticated before the view is logged, and the view is logged before it leaves.
 *  @throws AppError 404 `dossier-unknown`, `file-unknown`; 410 `vault-erased`; otherwise as `revealFields` */
export async function revealFile(ask: FileAsk, by: Viewer, deps: PrivacyDeps): Promise<RevealedFile> {
  if (holdsPersonalNumber(ask.reason ?? '')) throw reasonPersonal();
  const { db, vault, clock, purposePolicy } = deps;
  const state = await seenDossier(db, ask.code, by.units);
  const now = clock.now();
  const use = { ...ask, roles: by.roles, day: localDay(now), isSensitive: true };
  purposeFor(purposePolicy, use);
  const file = (await openContent(state, deps)).files.find(({ ref }) => ref === ask.file);
  if (!file) throw new AppError({ code: 'file-unknown', disposition: 'refuse', status: 404, field: 'file' });
  const reading = await vault.openStream(file.ref);
  const pieces = await begun(reading);
  await db.run(async (tx) => {
    const account = by.actor.id;
    await refuseTooMany(tx, { account, kind: 'file', fields: 1, sensitive: 1, now }, purposePolicy.limits);
    const id = deps.ids.next();
    const { purpose, reason = null } = ask;
    const fields = [file.kind];
    await insertView(tx, {
      id,
      kind: 'file',
      account,
      purpose,
      dossierId: state.id,
      fields,
      sensitive: 1,
      reason,
      at: now,
      expiresAt: now,
    });
    await deps.syncLog.append(tx, [
      {
        kind: 'personal-data.viewed',
        actor: by.actor,
        dossierId: state.id,
        codes: codesOf(state),
        unit: state.unit,
        procedure: state.procedure,
        operation: 'dossier.reveal-file',
        purpose,
        detail: { viewId: id, fields, refs: [file.ref], sizeBytes: reading.sizeBytes, startedAt: rfc3339(now) },
      },
    ]);
  });
  return { sizeBytes: reading.sizeBytes, contentType: file.contentType, sha256: reading.sha256, pieces };
}

/** What cannot be opened is refused before anybody is said to have seen it. */
async function begun(reading: VaultReading): Promise<AsyncIterable<Buffer>> {
  const rest = reading.chunks()[Symbol.asyncIterator]();
  const first = await rest.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* { [Symbol.asyncIterator]: () => rest };
  })();
}
