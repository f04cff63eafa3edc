import type { BudgetLimits, PartnerPolicy, RetryPolicy } from '#delivery';
import type { PartnerId } from '#dossier';

/** One outside system as configured (`config/partners.schema.json` describes every field). Holds secrets: never logged. */
export interface PartnerConfig {
  id: PartnerId;
  baseUrl: string;
  paths: Readonly<Record<string, string>>;
  auth: {
    username: string;
    password: string;
    /** DVCLT: `own` means that the status endpoint has a token of its own (dvclt.md §1.1). */
    statusToken: 'shared' | 'own';
    secretId?: string;
    secretPass?: string;
    /** The rest of hộ tịch's second header (lgsp.md §1). */
    second?: Readonly<Record<string, string>>;
    dstcode?: string;
  };
  /** Fixed values of this partner's messages, by wire name. */
  constants: Readonly<Record<string, string | number>>;
  /** Vietnamese names that messages carry beside a code (procedures, result papers). */
  names: Readonly<Record<string, string>>;
  /** What the partner accepts in a field (precheck). */
  catalogue: {
    maxLengths: Readonly<Record<string, number>>;
    values: Readonly<Record<string, readonly string[]>>;
    forms: Readonly<Record<string, string>>;
  };
  /** Hộ tịch: names of provinces by their code in the registry's numbering. */
  areas: Readonly<Record<string, readonly string[]>>;
  /** Hộ tịch: what becomes of a birth place that comes without its province code. */
  emptyAreaCode: 'leave' | 'resolve';
  /** Absolute paths of PEM files. */
  tls?: { caFile?: string; certificateFile?: string; keyFile?: string };
  deadlines: { callMs: number; connectMs: number };
  limits: {
    maxConcurrency: number;
    maxAnswerBytes: number;
    maxRequestBytes: number;
    maxListItems: number;
    maxFiles: number;
    batch: number;
    /** Calls a second of all workers together, log-ins and polls included; absent = no limit. */
    perSecond?: number;
    /** Calls that may come at once after a pause. @default one second's, at least 1 */
    burst?: number;
    perDay?: number;
  };
  /** When the partner counts as down, and for how long it is left alone. */
  breaker: { lanes: number; openMs: number; maxOpenMs: number };
  texts: { replies: string; deadToken?: string; noneKnown?: string };
  /** First and last day (`YYYY-MM-DD`, UTC+7) on which the partner is called; null = without end. */
  validFrom: string | null;
  validTo: string | null;
  poll: { listMs?: number; resultFirstMs?: number; resultMaxMs?: number; decisionsMs?: number };
  retry: RetryTimes & { operations?: Readonly<Record<string, Partial<RetryTimes>>> };
  absentAfterMs: number;
  /** Hộ tịch: absence that a person must hear of. */
  absentDiscrepancyMs: number;
  precheck: 'warn' | 'block';
  resultSignature: 'off' | 'report' | 'require';
  intake: 'gateway' | 'onestop';
  decisions: 'push' | 'poll';
  /** Portal: an accepted create is followed by an update in the same step (Q38). */
  updateAfterCreate: boolean;
  resultPapers: { KS: string; KT: string };
}

interface RetryTimes {
  firstMs: number;
  maxMs: number;
  maxAttempts: number;
  maxAgeMs: number;
}

/** The part of the configuration that the delivery engine needs. */
export function policyOf(config: PartnerConfig): PartnerPolicy {
  return {
    deadlineMs: config.deadlines.callMs,
    maxConcurrency: slotsOf(config),
    ...retryPolicy(config.retry),
    retryOf: Object.fromEntries(
      Object.entries(config.retry.operations ?? {}).map(([name, times]) => [name, retryPolicy(times)]),
    ),
    absentAfterMs: config.absentAfterMs,
    breaker: config.breaker,
    perDay: config.limits.perDay ?? null,
  };
}

function retryPolicy(times: RetryTimes): RetryPolicy;
function retryPolicy(times: Partial<RetryTimes>): Partial<RetryPolicy>;
function retryPolicy({ firstMs, maxMs, maxAttempts, maxAgeMs }: Partial<RetryTimes>): Partial<RetryPolicy> {
  const all = { firstRetryMs: firstMs, maxRetryMs: maxMs, maxAttempts, maxAgeMs };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The calls that its partner agreed to; undefined when it set no limit. */
export function budgetOf({ limits }: PartnerConfig): BudgetLimits | undefined {
  const { perSecond, burst, perDay } = limits;
  if (perSecond === undefined && perDay === undefined) return undefined;
  return {
    perSecond: perSecond ?? null,
    burst: burst ?? Math.max(1, Math.ceil(perSecond ?? 1)),
    perDay: perDay ?? null,
  };
}

/** Calls wait for their leave inside their deadline: no more at once than a quarter of it brings. */
function slotsOf({ limits, deadlines }: PartnerConfig): number {
  const { maxConcurrency, perSecond } = limits;
  if (perSecond === undefined) return maxConcurrency;
  return Math.max(1, Math.min(maxConcurrency, Math.floor((perSecond * deadlines.callMs) / 4_000)));
}

/** Full URL of a configured path; the path of `baseUrl` is kept. @throws TypeError for a path that is not configured (a bug) */
export function urlOf(config: PartnerConfig, pathName: string, ...segments: readonly string[]): string {
  const path = config.paths[pathName];
  if (path === undefined) throw new TypeError(`partner ${config.id} has no path ${pathName}`);
  const tail = segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
  return `${config.baseUrl.replace(/\/+$/, '')}${path}${tail}`;
}
