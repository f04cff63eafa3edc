import { AppError } from '#platform';

/** What personal data may be looked at for (`config/purposes.yaml`). */
export interface Purpose {
  id: string;
  /** In Vietnamese, for officers. */
  label: string;
  legalBasis: string;
  /** YYYY-MM-DD. */
  validFrom: string;
  /** Last day, YYYY-MM-DD. @default open */
  validTo?: string;
  roles: readonly string[];
  /** Sensitive fields and files too. */
  sensitive: boolean;
  /** Persons may be searched for by their identity number. */
  search: boolean;
}

/** Bounds of what one account sees. */
export interface ViewLimits {
  /** Fields of one account in an hour. */
  fieldsPerHour: number;
  /** Of them, sensitive ones. */
  sensitivePerHour: number;
  filesPerHour: number;
  searchesPerHour: number;
  /** Minutes in which the same reveal may be looked at again. */
  validMinutes: number;
  /** Looks at one reveal. */
  maxLooks: number;
  /** Times that a person's export may be taken. */
  maxTakes: number;
}

export interface PurposePolicy {
  limits: ViewLimits;
  purposes: readonly Purpose[];
}

export interface PurposeUse {
  purpose: string;
  roles: readonly string[];
  /** YYYY-MM-DD. */
  day: string;
  reason?: string;
  /** Sensitive data is asked for. */
  isSensitive: boolean;
  isSearch?: boolean;
}

/** Letters of a reason that says something. */
const MIN_REASON = 10;

/** The purpose, when it allows this use.
 *  @throws AppError 422 `purpose-unknown` (none of this day), `reveal-reason-missing`; 403 `purpose-not-allowed` */
export function purposeFor(policy: PurposePolicy, use: PurposeUse): Purpose {
  const found = policy.purposes.find(
    ({ id, validFrom, validTo }) => id === use.purpose && validFrom <= use.day && (validTo ?? use.day) >= use.day,
  );
  if (found === undefined) throw refusal('purpose-unknown', 422, 'no purpose of today has this id');
  const isAllowed =
    use.roles.some((role) => found.roles.includes(role)) &&
    (found.sensitive || !use.isSensitive) &&
    (found.search || !use.isSearch);
  if (!isAllowed) throw refusal('purpose-not-allowed', 403, 'this purpose does not allow that');
  if (use.isSensitive && (use.reason ?? '').trim().length < MIN_REASON)
    throw refusal(
      'reveal-reason-missing',
      422,
      `sensitive data needs a reason of at least ${MIN_REASON} letters`,
      'reason',
    );
  return found;
}

function refusal(code: string, status: number, detail: string, field = 'purpose'): AppError {
  return new AppError({ code, disposition: 'refuse', status, field, detail });
}
