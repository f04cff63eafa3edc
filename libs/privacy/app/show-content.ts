import { holdsPersonalNumber } from '#platform';
import type { ContentField, ContentFile } from '../domain/content-fields';
import type { Kind, Label } from '../domain/labels';
import { maskOf } from '../domain/mask';
import type { PrivacyDeps } from '../ports';
import { openContent } from './open-content';
import { seenDossier } from './seen-dossier';

/** One field as everybody sees it who may see the dossier. */
interface MaskedField {
  field: string;
  label: Label;
  kind: Kind;
  isPresent: boolean;
  /** The mask of its kind; the value only of what says nothing about a person; empty where there is none. */
  shown: string;
}

export interface MaskedContent {
  dossierId: string;
  fields: MaskedField[];
  files: ContentFile[];
}

type Deps = Pick<PrivacyDeps, 'db' | 'vault' | 'labels' | 'clock'>;

/** Which fields and files a dossier has, every personal value masked.
 *  @throws AppError 404 `dossier-unknown`, 410 `vault-erased` */
export async function showContent(code: string, units: readonly string[] | null, deps: Deps): Promise<MaskedContent> {
  const state = await seenDossier(deps.db, code, units);
  const { fields, files } = await openContent(state, deps);
  return { dossierId: state.id, fields: fields.map(masked), files };
}

/** The personal values of a dossier, to blank them in what others wrote about it.
 *  @throws AppError 404 `dossier-unknown`, 410 `vault-erased` */
export async function personalValues(dossierId: string, deps: Deps): Promise<string[]> {
  const { fields } = await openContent(await seenDossier(deps.db, dossierId, null), deps);
  return fields.filter(({ label, kind }) => label !== 'none' && kind !== 'code').map(({ value }) => value);
}

/** What a source writes into a field that is no personal one may still be anything. */
const HARMLESS = /^[\w.-]{1,20}$/;

function masked({ field, label, kind, value }: ContentField): MaskedField {
  const isPresent = value !== '';
  const isClear = label === 'none' && HARMLESS.test(value) && !holdsPersonalNumber(value);
  return { field, label, kind, isPresent, shown: !isPresent ? '' : isClear ? value : maskOf(kind) };
}
