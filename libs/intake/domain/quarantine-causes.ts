import { canonicalBytes, causeText, matchesPattern, sha256 } from '#platform';

/** What items of one group have in common: codes and a field name of the wire, never a value. */
export interface QuarantineKind {
  source: string;
  stage: string;
  reasonCode: string;
  /** Which element of a list does not matter: `fileDinhKem[].duLieuTepDinhKem`. */
  field: string | null;
}

/** Why items come into quarantine, in the words of those who must act (`config/quarantine-causes.yaml`). */
export interface QuarantineCause {
  id: string;
  match: { source?: string; stage?: string; reason?: string; field?: string };
  /** Vietnamese, as are explanation and fix; `{field}`, `{source}`, `{stage}` and `{reason}` are filled in. */
  label: string;
  explanation: string;
  /** Whose side must act. `source`: the one the item came from. */
  responsible: string;
  fix: string;
}

/** A cause as it reads for one kind. */
export type ExplainedQuarantineCause = Omit<QuarantineCause, 'match'>;

const SOURCE_NAMES: Readonly<Record<string, string>> = {
  dvclt: 'Phần mềm liên thông (DVCLT)',
  onestop: 'Một cửa',
};

/** Key of the group of a kind: depends on nothing else, so that neither new items nor a new description change it. */
export function groupKeyOf({ source, stage, reasonCode, field }: QuarantineKind): string {
  return sha256(canonicalBytes([source, stage, reasonCode, field]))
    .toString('hex')
    .slice(0, 16);
}

/** The first cause that fits; undefined when nobody has described this kind yet. */
export function quarantineCauseOf(
  kind: QuarantineKind,
  causes: readonly QuarantineCause[],
): ExplainedQuarantineCause | undefined {
  const cause = causes.find(({ match }) => fits(match, kind));
  if (cause === undefined) return undefined;
  const { source, stage, reasonCode: reason, field } = kind;
  return causeText(
    cause,
    { source: SOURCE_NAMES[source] ?? source, stage, reason, field },
    { named: 'source', is: source },
  );
}

function fits({ source, stage, reason, field }: QuarantineCause['match'], kind: QuarantineKind): boolean {
  return (
    (source === undefined || source === kind.source) &&
    (stage === undefined || stage === kind.stage) &&
    (reason === undefined || matchesPattern(reason, kind.reasonCode)) &&
    (field === undefined || field === kind.field)
  );
}
