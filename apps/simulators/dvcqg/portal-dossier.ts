/** One dossier as the portal holds it. */
export interface PortalDossier {
  readonly code: string;
  state: number;
  /** The dates of `TraCuuHoSo`, yyyyMMddHHmmss or empty, as last synchronised. */
  dates: Readonly<Record<'NgayTiepNhan' | 'NgayHenTra' | 'NgayKetThucXuLy' | 'NgayTra', string>>;
  /** Created where two calls are needed (Q38): nobody sees it before its first update. */
  isDraft: boolean;
  /** Identities of the progress rows that it has. */
  readonly progressRows: Set<string>;
  /** Addresses already asked for. */
  readonly fileUrls: Set<string>;
}

/** States after which the dossier keeps its state: not accepted, withdrawn, returned. */
const FINAL_STATES: readonly number[] = [3, 7, 10];

export function isStateChangeAllowed(from: number, to: number): boolean {
  return from === to || !FINAL_STATES.includes(from);
}
