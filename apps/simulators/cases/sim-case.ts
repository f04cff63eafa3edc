import type { CaseScript } from './case-script';

export type CaseKind = 'birth' | 'death';

/** One attachment as DVCLT stores it; its bytes are rendered when asked for. */
export interface SimAttachment {
  readonly id: number;
  readonly loaiGiayTo: number;
  readonly tenGiayTo: string;
  readonly tenTepDinhKem: string;
  /** 0 valid, other = withdrawn (Q22). */
  readonly huyGiayTo: number;
  readonly serial: number;
  /** The file is padded to at least this size. */
  readonly minBytes: number;
}

/** A generated birth or death: the facts that a test may compare with what arrived elsewhere. */
export interface SimCase {
  /** DVCLT code, `G22.99.08-…` (birth) or `G22.99.09-…` (death). */
  readonly code: string;
  readonly kind: CaseKind;
  readonly scenario: string;
  readonly module: 'KS' | 'KT';
  readonly procedureCode: string;
  /** Commune, 5 digits. */
  readonly unit: string;
  /** dd/MM/yyyy HH:mm:ss */
  readonly receivedAt: string;
  readonly techId: string;
  /** Leaves of `hoTich` in the order of dvclt.md §3; empty text where the citizen gave nothing. */
  content: Readonly<Record<string, string>>;
  attachments: readonly SimAttachment[];
  /** What officers and citizen still do with it. */
  readonly script: CaseScript;
  /** The one-stop's code once it has received the dossier. */
  oneStopCode: string | null;
}
