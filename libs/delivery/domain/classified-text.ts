/** Outcomes that a person may give to an answer; the same as those of the rules in `config/replies`. */
export const CLASSIFIABLE_OUTCOMES = ['accepted', 'already-applied', 'refused', 'retry'] as const;
export type ClassifiableOutcome = (typeof CLASSIFIABLE_OUTCOMES)[number];

/** One text that a person classified once for all: it holds for exactly this text, operation and result code. */
export interface ClassifiedText {
  /** `<partner>.classified.<version>`; it becomes the reason code of the outcome. */
  id: string;
  operation: string;
  /** HTTP status and the partner's own result code (`replyCode`). */
  code: string;
  /** As made by `replyText`: no dossier's codes, no personal data. */
  text: string;
  outcome: ClassifiableOutcome;
  /** The delivery whose answer was classified. */
  deliveryId: string;
  /** Vault object with the person's reason. */
  reasonRef?: string;
}
