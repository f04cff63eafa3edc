import type { FieldComplaint, HistoryReplay, RepeatPolicy } from '#delivery';
import type { PlanAction, PlanSource } from './plan';

/** What a look at one item found. The first four are what the partner says; the rest is known without asking it. */
export const ITEM_CLASSES = [
  'absent',
  'applied',
  'cannot-tell',
  'cannot-ask',
  'invalid',
  'gone',
  'moot',
  'duplicate',
  'overtakes',
  'planned-elsewhere',
  'behind-dead-letter',
] as const;
export type ItemClass = (typeof ITEM_CLASSES)[number];

/** What the run does with an item. */
export type ItemAction = 'send' | 'settle' | 'cancel' | 'skip';

/** What is known of an item before its partner is asked. */
export interface KnownOfItem {
  status: string;
  isLeased: boolean;
  /** The dossier has ended so that telling this would tell what is no longer true. */
  isMoot: boolean;
  /** Another item of the plan tells the same; this one is not needed. */
  isDuplicate: boolean;
  /** A newer one of the same kind was told already and is not in the plan. */
  overtakes: boolean;
  /** Another plan that is under way holds it. */
  isPlannedElsewhere: boolean;
  historyReplay: HistoryReplay;
}

/** The class of an item that needs no question; undefined when the partner must be asked. Pure. */
export function classWithoutAsking(known: KnownOfItem, source: PlanSource): ItemClass | undefined {
  const isThere = source === 'history' ? known.status === 'settled' : known.status === 'dead' && !known.isLeased;
  if (!isThere) return 'gone';
  if (known.isPlannedElsewhere) return 'planned-elsewhere';
  if (known.isDuplicate) return 'duplicate';
  if (known.isMoot) return 'moot';
  return known.overtakes && known.historyReplay === 'as-was' ? 'overtakes' : undefined;
}

/** What a look at an item found, with the evidence: codes, numbers and names of fields. */
export interface FoundItem {
  class: ItemClass;
  action: ItemAction;
  reasonCode?: string;
  /** The partner's status number, or what the journal proves where it cannot be asked. */
  status?: number;
  oneStopCode?: string;
  isForgotten?: boolean;
  complaints?: readonly FieldComplaint[];
  /** Of an item that overtakes: what it would overtake, by journal number. */
  newerSeq?: number;
}

/** What follows from the class. Pure and total.
 *  @param of the item: whether it has or may have arrived, and what a repeat of it does */
export function actionFor(
  itemClass: ItemClass,
  action: PlanAction,
  of: { source: PlanSource; outcome: string | null; wasUnknown: boolean; repeatPolicy: RepeatPolicy },
): ItemAction {
  if (action !== 'replay') return byPeople(itemClass, action);
  switch (itemClass) {
    case 'absent':
    case 'cannot-ask':
      return 'send';
    case 'applied':
      return of.source === 'history' ? 'skip' : 'settle';
    case 'cannot-tell':
      // It has or may have arrived, and a repeat is not harmless: not before the partner can say (law 2).
      return of.repeatPolicy === 'probe-first' && (of.source === 'history' || mayHaveArrived(of)) ? 'skip' : 'send';
    default:
      return 'skip';
  }
}

/** Whether bytes of a dead letter may be at the partner. The last outcome alone does not say it: it may be that of a later probe or call that
 *  did not get through. */
export function mayHaveArrived({ outcome, wasUnknown }: { outcome: string | null; wasUnknown: boolean }): boolean {
  return outcome === 'unknown' || wasUnknown;
}

/** People's word needs nothing of the partner: only what is there and nobody else's. */
function byPeople(itemClass: ItemClass, action: Exclude<PlanAction, 'replay'>): ItemAction {
  if (itemClass === 'gone' || itemClass === 'planned-elsewhere') return 'skip';
  if (action === 'give-up') return 'cancel';
  return itemClass === 'moot' ? 'skip' : 'settle';
}
