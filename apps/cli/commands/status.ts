import type { Command } from 'commander';
import { callJson, type ApiClient } from '../client/api-client';
import { EXIT } from '../client/cli-error';
import { connectionOf } from '../client/connection';
import { ageText } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { contextOf, examples } from './context';

interface Readiness {
  status: string;
  checks?: { name: string; ok: boolean; value: number | null }[];
}

interface PartnerRow {
  id: string;
  breaker: string;
  held: boolean;
  open: number;
  byStatus: Record<string, number | undefined>;
  parkedLanes: number;
  oldestOpenAt: string | null;
  reconciliation: { finishedAgeSeconds: number | null; skipped: number; open: number };
}

/** `lienthong status`: is it well, and what is waiting at whom. Exit code 1 when it is not ready. */
export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('is it well, and what waits at which partner')
    .addHelpText('after', examples(['status', 'status --json']))
    .action(async (_given: unknown, command: Command) => {
      const { api, print, options } = contextOf(command);
      const { baseUrl } = connectionOf(options, process.env);
      const { status, value } = await callJson<Readiness>(`${baseUrl}/health/ready`);
      const partners = await partnersOf(api, status === 200);
      print.show({ ready: status === 200, health: value, partners }, () =>
        statusText(baseUrl, status === 200, value, partners),
      );
      if (status !== 200) process.exitCode = EXIT.no;
    });
}

/** Null while they cannot be read: then the checks say why. */
async function partnersOf(api: ApiClient, isReady: boolean): Promise<readonly PartnerRow[] | null> {
  try {
    return (await api.get<{ items: PartnerRow[] }>('/partners')).items;
  } catch (error) {
    if (isReady) throw error;
    return null;
  }
}

function statusText(
  baseUrl: string,
  isReady: boolean,
  health: Readiness,
  partners: readonly PartnerRow[] | null,
): string {
  const checks = (health.checks ?? []).map(
    ({ name, ok, value }) => [name, `${ok ? 'ok' : 'NOT OK'}${value === null ? '' : ` (${value})`}`] as const,
  );
  const head = pairsOf([['gateway', baseUrl], ['ready', isReady], ...checks]);
  if (partners === null) return `${head}\n\nWhat waits at the partners cannot be read now.`;
  const table = tableOf(partners, [
    { head: 'partner', value: (row) => row.id },
    { head: 'open', value: (row) => row.open, align: 'right' },
    { head: 'unknown', value: (row) => row.byStatus.unknown ?? 0, align: 'right' },
    { head: 'dead', value: (row) => row.byStatus.dead ?? 0, align: 'right' },
    { head: 'parked', value: (row) => row.parkedLanes, align: 'right' },
    { head: 'breaker', value: (row) => row.breaker },
    { head: 'held', value: (row) => row.held },
    { head: 'oldest', value: (row) => ageOf(row.oldestOpenAt) },
    { head: 'compared', value: comparedText },
    { head: 'differ', value: (row) => row.reconciliation.open, align: 'right' },
  ]);
  return [head, table, ...differText(partners)].join('\n\n');
}

/** When the partner was compared last; days without a comparison stand beside it, since they are no clean result. */
function comparedText({ reconciliation: { finishedAgeSeconds, skipped } }: PartnerRow): string {
  const last = finishedAgeSeconds === null ? 'never' : `${ageText(finishedAgeSeconds)} ago`;
  return skipped === 0 ? last : `${last}, ${skipped} skipped`;
}

function differText(partners: readonly PartnerRow[]): string[] {
  const isAny = partners.some((row) => row.reconciliation.open > 0);
  return isAny ? ['What differs, and who has to act: npx lienthong reconcile discrepancies'] : [];
}

function ageOf(since: string | null): string | null {
  if (!since) return null;
  return ageText(Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000)));
}
