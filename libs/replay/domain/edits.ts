import type { DossierContent, PartnerId } from '#dossier';
import { AppError, matchesPattern } from '#platform';

/** A correction of one leaf of a declaration, for the messages of a plan only: the dossier keeps what the citizen declared. Holds personal data. */
export interface Edit {
  /** Official name of the leaf. */
  field: string;
  /** Empty: the leaf is left out. */
  value: string;
  /** Only in this delivery; absent: in every one of the plan. */
  delivery?: string;
  /** The value once more, for a field that says who somebody is. */
  again?: string;
}

/** An item as an edit finds it. */
export interface EditedItem {
  number: number;
  deliveryId: string;
  dossierId: string;
  /** Codes that the dossier has at the partners. */
  codes: readonly string[];
  partner: PartnerId;
  operation: string;
  unit: string;
  procedure: string;
  /** Vault object of the content that its message is made of. */
  contentRef: string;
  /** Fields of which the partner complained. */
  complained: readonly string[];
}

/** Operations whose message is made of the declaration. */
const EDITABLE: readonly string[] = ['submit-registration', 'hand-over-dossier'];
const MAX_VALUE = 2_000;

/** @throws AppError 422 `edit-not-possible`, `edit-not-confirmed`, naming the field and never a value */
export function refuseEdits(
  edits: readonly Edit[],
  items: readonly EditedItem[],
  protectedFields: readonly string[],
): void {
  const known = new Set(items.map((item) => item.deliveryId));
  for (const { field, value, delivery, again } of edits) {
    if (delivery !== undefined && !known.has(delivery))
      throw refusal('edit-not-possible', field, 'the delivery is not in the plan');
    if (value.length > MAX_VALUE || /\p{Cc}/u.test(value))
      throw refusal('edit-not-possible', field, `at most ${MAX_VALUE} characters, none of them a control character`);
    if (!isProtected(field, protectedFields)) continue;
    if (delivery === undefined)
      throw refusal('edit-not-confirmed', field, 'a field that says who somebody is is edited one delivery at a time');
    if (again !== value) throw refusal('edit-not-confirmed', field, 'type the value twice');
  }
  const odd = items.find((item) => !EDITABLE.includes(item.operation));
  if (odd) throw refusal('edit-not-possible', 'edits', `${odd.operation} is not made of the declaration`);
}

/** The content with the edits of one item; undefined when none is for it.
 *  @throws AppError 422 `edit-not-possible` for a leaf that the declaration does not have and that nobody complained about */
export function edited(content: DossierContent, item: EditedItem, edits: readonly Edit[]): DossierContent | undefined {
  const own = edits.filter(({ delivery }) => delivery === undefined || delivery === item.deliveryId);
  if (own.length === 0) return undefined;
  const leaves = new Map(Object.entries(content.declaration));
  for (const { field, value } of own) {
    if (!leaves.has(field) && !item.complained.includes(field))
      throw refusal('edit-not-possible', field, 'the declaration has no such field');
    if (value === '') leaves.delete(field);
    else leaves.set(field, value);
  }
  return { ...content, declaration: Object.fromEntries(leaves) };
}

function isProtected(field: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, field));
}

function refusal(code: string, field: string, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status: 422, field, detail });
}
