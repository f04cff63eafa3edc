import type { NoteVerifier } from '../../tlog/signed-note';

/** Somebody else who signs that our log only grows (`config/witnesses.yaml`). */
export interface Witness {
  name: string;
  /** Verifier key, one line without its end; what the witness is known by. */
  vkey: string;
  verifier: NoteVerifier;
  /** Takes `POST <url>/add-checkpoint`; without a slash at its end. */
  url: string;
  /** Gives `GET <url>/<log id>/checkpoint`. */
  monitoringUrl: string;
}

/** Who is asked for cosignatures, and how often. */
export interface WitnessPolicy {
  /** One checkpoint in so long a time is cosigned: the newest; all witnesses are asked for the same, ms. */
  everyMs: number;
  witnesses: readonly Witness[];
}

/** How many of so many witnesses must have cosigned a checkpoint that counts as witnessed: more than half. */
export function mostOf(count: number): number {
  return Math.floor(count / 2) + 1;
}
