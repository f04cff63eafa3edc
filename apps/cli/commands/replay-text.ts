import { CliError, EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { pairsOf } from '../output/table';

export interface Plan {
  id: string;
  action: string;
  source: string;
  state: string;
  selection: Readonly<Record<string, unknown>>;
  items: number;
  dossiers: number;
  editedFields: readonly string[] | null;
  reasonCode: string;
  reason: string;
  requestedBy: string;
  createdAt: string;
  ratePerSecond: number;
  maxErrorShare: number;
  dryRunAt: string | null;
  looked: number;
  totals: {
    classes: Record<string, number>;
    actions: { send: number; settle: number; cancel: number; skip: number };
    complaints: Record<string, number>;
  } | null;
  hash: string | null;
  needsApproval: boolean | null;
  approvedBy: string | null;
  approvalExpiresAt: string | null;
  startedBy: string | null;
  startedAt: string | null;
  endedAt: string | null;
  counts: { sent: number; done: number; failed: number; settled: number; cancelled: number; skipped: number };
  left: number;
  wave: number;
  secondsLeft: number | null;
  stop: {
    code: string;
    item?: number;
    partner?: string;
    expected?: string;
    found?: string;
    reasonCode?: string;
  } | null;
}

export interface PlanItem {
  number: number;
  deliveryId: string;
  sentId: string | null;
  codes: readonly string[];
  partner: string;
  operation: string;
  state: string;
  class: string | null;
  action: string | null;
  found: { reasonCode?: string; complaints?: readonly { field: string; problem: string }[] } | null;
}

/** What each stop means, in words. */
const STOP_MEANS: Readonly<Record<string, string | undefined>> = {
  'prediction-changed': 'this item is not as the dry run saw it; it was not sent',
  'too-many-errors': 'too many were not taken: see `replay items PLAN --state failed`, and put the cause right first',
  'too-slow': 'one that was sent has not ended in time: see `status` and `delivery list`',
  'breaker-open': 'the partner does not answer: wait until `status` shows its breaker as closed',
  'partner-held': 'the partner is held: release the hold first, `hold list`',
};

/** A number option. @throws CliError (wrong use) */
export function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new CliError(`${option} takes a number.`, EXIT.usage);
}

/** One plan, and the command that comes next. */
export function planText(plan: Plan): string {
  const { counts, stop } = plan;
  return [
    pairsOf([
      ['plan', plan.id],
      ['does', `${plan.action}, ${plan.source}${selectionText(plan.selection)}`],
      ['items', `${plan.items} of ${plan.dossiers} dossiers`],
      ...(plan.editedFields === null ? [] : ([['corrects', plan.editedFields.join(', ')]] as const)),
      ['why', `${plan.reasonCode}: ${plan.reason}`],
      ['asked by', `${plan.requestedBy}, ${localTime(plan.createdAt)}`],
      ['state', plan.state === 'dry-running' ? `dry-running, looked at ${plan.looked}` : plan.state],
      ['pace', `${plan.ratePerSecond} a second, stops above ${percent(plan.maxErrorShare)} failures`],
      ...dryRunPairs(plan),
      ...(plan.startedAt === null
        ? []
        : ([
            ['started', `${localTime(plan.startedAt)} by ${plan.startedBy}`],
            ['so far', countsText(counts)],
            ['left', leftText(plan)],
          ] as const)),
      ...(stop === null
        ? []
        : ([
            ['stopped', stopText(stop)],
            ...(plan.state === 'stopped' ? ([['means', STOP_MEANS[stop.code]]] as const) : []),
          ] as const)),
      ...(plan.endedAt === null ? [] : ([['ended', localTime(plan.endedAt)]] as const)),
    ]),
    nextStep(plan),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function selectionText(selection: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(selection).map(([name, value]) =>
    Array.isArray(value) ? `${value.length} ${name}` : `${name} ${String(value)}`,
  );
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function dryRunPairs(plan: Plan): (readonly [string, string | null])[] {
  const { totals } = plan;
  if (totals === null) return [];
  const { send, settle, cancel, skip } = totals.actions;
  const complaints = numbersText(totals.complaints);
  return [
    ['dry run', plan.dryRunAt && localTime(plan.dryRunAt)],
    ['found', numbersText(totals.classes)],
    ['would', `send ${send}, settle ${settle}, give up ${cancel}, leave ${skip} alone`],
    ...(complaints === '' ? [] : ([['complaints', complaints]] as const)),
    ['hash', plan.hash],
    ['approval', approvalText(plan)],
  ];
}

function approvalText({ approvedBy, approvalExpiresAt, needsApproval }: Plan): string {
  if (approvedBy !== null)
    return `${approvedBy}, until ${approvalExpiresAt === null ? '' : localTime(approvalExpiresAt)}`;
  return needsApproval === false ? 'not needed' : 'needed';
}

function numbersText(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** `sent 3 (done 2, failed 0), settled 0, given up 0, left alone 1`. */
export function countsText({ sent, done, failed, settled, cancelled, skipped }: Plan['counts']): string {
  return `sent ${sent} (done ${done}, failed ${failed}), settled ${settled}, given up ${cancelled}, left alone ${skipped}`;
}

function leftText({ left, secondsLeft, wave }: Plan): string {
  return secondsLeft === null || left === 0
    ? String(left)
    : `${left}, wave ${wave}, about ${secondsLeft} s at this pace`;
}

function stopText({ code, item, partner, expected, found, reasonCode }: NonNullable<Plan['stop']>): string {
  const parts = [
    code,
    partner,
    item === undefined ? undefined : `item ${item}`,
    expected === undefined ? undefined : `foretold ${expected}, found ${found}`,
    reasonCode,
  ];
  return parts.filter(Boolean).join(', ');
}

/** What a person does next, as a command. */
function nextStep(plan: Plan): string {
  if (plan.state === 'done')
    return plan.counts.failed === 0 ? '' : `What failed: npx lienthong replay items ${plan.id} --state failed`;
  const next = NEXT[plan.state]?.(plan);
  return next === undefined ? '' : `Next: npx lienthong replay ${next}`;
}

const NEXT: Readonly<Record<string, ((plan: Plan) => string) | undefined>> = {
  draft: ({ id }) => `dry-run ${id}`,
  'dry-run': ({ id, hash, needsApproval }) =>
    needsApproval === false ? `start ${id}` : `approve ${id} --hash ${hash} --as approver`,
  approved: ({ id }) => `start ${id}`,
  running: ({ id }) => `watch ${id}`,
  paused: ({ id }) => `resume ${id}`,
  stopped: ({ id, stop }) => `${stop?.code === 'prediction-changed' ? 'dry-run' : 'resume'} ${id}`,
};
