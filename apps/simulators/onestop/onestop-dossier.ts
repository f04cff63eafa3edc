/** States 1 to 10 of the one-stop (codes-and-statuses.md §7.1). */
export interface OnestopDossier {
  readonly dvcltCode: string;
  readonly oneStopCode: string;
  readonly module: 'KS' | 'KT';
  contentDigest: string;
  state: number;
  changedAtMs: number;
  /** 1, and one more for each supplement. */
  receptions: number;
  /** Digest of the last `capNhatTrangThai`: an equal repeat has no effect. */
  lastUpdateDigest: string;
}

/** Not accepted, withdrawn, stopped, returned. */
export const FINAL_STATES: readonly number[] = [3, 7, 8, 10];
