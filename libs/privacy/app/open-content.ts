import type { Vault } from '#access';
import type { DossierContent, DossierState, OfficerNote, RegistrationResult } from '#dossier';
import { localDay, type Queryable } from '#platform';
import { contentFields, contentFiles, type ContentField, type ContentFile } from '../domain/content-fields';
import { labelsOn } from '../domain/labels';
import type { PrivacyDeps } from '../ports';

export interface LabelledContent {
  fields: ContentField[];
  files: ContentFile[];
}

/** What the vault keeps of a dossier now: the newest content, the result, the officer's note. In the clear: it stays in memory.
 *  @throws AppError 410 `vault-erased` */
export async function openContent(
  state: DossierState,
  { vault, labels, clock }: Pick<PrivacyDeps, 'labels' | 'clock'> & { vault: Pick<Vault, 'openMany'> },
  tx?: Queryable,
): Promise<LabelledContent> {
  const { contentRef, resultRef, supplement, decisionOfficerRef } = state;
  const officerRef = supplement?.officerRef ?? decisionOfficerRef;
  const refs = [contentRef, resultRef, officerRef].filter((ref) => ref !== undefined);
  const opened = await vault.openMany(refs, tx);
  const valueOf = (ref: string | undefined): unknown =>
    ref === undefined ? undefined : JSON.parse(opened[refs.indexOf(ref)].toString('utf8'));
  const parts = {
    content: valueOf(contentRef) as DossierContent,
    result: valueOf(resultRef) as RegistrationResult | undefined,
    officer: valueOf(officerRef) as OfficerNote | undefined,
  };
  return {
    fields: contentFields(parts, labelsOn(labels, state.module, localDay(clock.now()))),
    files: contentFiles(parts),
  };
}
