import type { VaultDraft } from '#access';
import type { DecodedDossier, DecodeFailure, DecodeStage, ListedItem } from '../ports';

/** A listed item on its way into the store. */
export interface ArrivedItem {
  /** The row of the list; null for what was handed to our API. */
  listing: Buffer | null;
  /** Null where no code could be read. */
  code: string | null;
  /** The bytes as they came; of a large message they are in the vault already. */
  raw: Buffer | VaultDraft;
  stages: readonly DecodeStage[];
  /** The open quarantine item of the same code, which this one resolves or renews. */
  openItemId: string | null;
}

/** Understood, mapped to unit and procedure. */
export interface FitItem extends ArrivedItem {
  code: string;
  dossier: DecodedDossier;
  unit: string;
  /** Keyed digest of what the message says (content-fingerprint.ts), base64. */
  contentDigest: string;
  /** Given by whoever files a dossier that it holds already. */
  oneStopCode?: string;
  /** Digest of the caller's receipt, base64: the leaf then speaks of the same bytes. @default digest of the sealed content */
  receiptDigest?: string;
}

/** Not understood or not mapped: goes to quarantine (law 4). */
export interface UnfitItem extends ArrivedItem {
  failure: DecodeFailure;
}

export type IntakeItem = FitItem | UnfitItem;

export function isFit(item: IntakeItem): item is FitItem {
  return 'dossier' in item;
}

/** What became of an item. `left` = a known content while a supplement is awaited: neither stored nor acknowledged. */
export type ItemEnd = 'accepted' | 'supplement' | 'duplicate' | 'conflict' | 'quarantined' | 'left' | 'failed';

/** A listed row with what is known about it. */
export interface DueItem {
  item: ListedItem;
  openItemId: string | null;
  /** Stage of that item. */
  openStage?: string;
  /** Earlier fetches of the same row in vain. @default none */
  before?: { fetches: number; refused: number };
}
