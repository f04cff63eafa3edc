import type { PartnerId } from '#dossier';
import { causeText, matchesPattern } from '#platform';

/** Whose side must act. `partner`: the one the delivery goes to. */
type Responsible = 'one-stop' | 'province' | 'partner' | PartnerId | 'citizen' | 'ourselves';

/** Why deliveries end as dead letters, in the words of those who must act (`config/causes.yaml`). */
export interface Cause {
  id: string;
  match: { partner?: PartnerId; operation?: string; reason?: string; problem?: string };
  /** Vietnamese, as are explanation and fix; `{field}`, `{partner}` and `{operation}` are filled in. */
  label: string;
  explanation: string;
  responsible: Responsible;
  fix: string;
}

/** What dead letters of one group have in common: codes and field names, never a value. */
export interface DeadLetterKind {
  partner: PartnerId;
  operation: string;
  reasonCode: string;
  field: string | null;
  problem: string | null;
}

/** A cause as it reads for one kind. */
export type ExplainedCause = Omit<Cause, 'match'>;

const PARTNER_NAMES: Readonly<Record<PartnerId, string>> = {
  dvclt: 'Phần mềm liên thông (DVCLT)',
  hotich: 'Hộ tịch',
  dvcqg: 'Cổng Dịch vụ công quốc gia',
  onestop: 'Một cửa',
};

/** The first cause that fits; undefined when nobody has described this kind yet. */
export function causeOf(kind: DeadLetterKind, causes: readonly Cause[]): ExplainedCause | undefined {
  const cause = causes.find(({ match }) => fits(match, kind));
  if (cause === undefined) return undefined;
  const { partner, operation, field } = kind;
  return causeText(cause, { partner: PARTNER_NAMES[partner], operation, field }, { named: 'partner', is: partner });
}

function fits({ partner, operation, reason, problem }: Cause['match'], kind: DeadLetterKind): boolean {
  return (
    (partner === undefined || partner === kind.partner) &&
    (operation === undefined || operation === kind.operation) &&
    (reason === undefined || matchesPattern(reason, kind.reasonCode)) &&
    (problem === undefined || problem === kind.problem)
  );
}
