import type { Command } from 'commander';
import { CliError, EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { contextOf, examples } from './context';

interface Hold {
  id: string;
  partner: string;
  operation: string | null;
  unit: string | null;
  dossierId: string | null;
  state: string;
  startsAt: string;
  endsAt: string | null;
  reason: string;
  placedBy: string;
  releasedAt: string | null;
  releasedBy: string | null;
  releasePerSecond: number | null;
  deliveries: number;
  lanes: number;
  oldestAt: string | null;
  drainSeconds: number | null;
}

interface PlaceOptions {
  reason: string;
  operation?: string;
  unit?: string;
  dossier?: string;
  from?: string;
  until?: string;
  rate?: string;
}

const PARTNERS = ['dvclt', 'hotich', 'dvcqg', 'onestop'] as const;

/** `lienthong hold …`. */
export function addHoldCommands(program: Command): void {
  const hold = program.command('hold').description('stop a partner; work accumulates and nothing is refused');
  addPlace(hold);
  hold
    .command('list')
    .option('--partner <id>', PARTNERS.join(', '))
    .option('--all', 'those that are over too')
    .addHelpText('after', examples(['hold list', 'hold list --partner hotich --all']))
    .action(async (given: { partner?: string; all?: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const partners = given.partner === undefined ? PARTNERS : [given.partner];
      const query = given.all ? { all: 'true' } : {};
      const lists = await Promise.all(
        partners.map((id) => api.list<Hold>(`/partners/${encodeURIComponent(id)}/holds`, query, 200)),
      );
      const found = lists.flat();
      print.show(found, () => (found.length === 0 ? 'Nothing is held.' : listText(found)));
    });
  hold.command('show <id>').action(async (id: string, _given: unknown, command: Command) => {
    const { api, print } = contextOf(command);
    const found = await api.get<Hold>(`/holds/${encodeURIComponent(id)}`);
    print.show(found, () => showText(found));
  });
  addRelease(hold);
}

function addPlace(hold: Command): void {
  hold
    .command('place <partner>')
    .description('nothing more goes to the partner, or to a part of it; what is under way ends')
    .requiredOption('--reason <text>', 'why; colleagues see it')
    .option('--operation <name>', 'only this operation, and what stands behind it')
    .option('--unit <commune>', 'only this commune')
    .option('--dossier <code>', 'only the lane of this dossier')
    .option('--from <time>', 'begin of a planned window, RFC 3339 with offset')
    .option('--until <time>', 'end of a planned window: released then, one lane first')
    .option('--rate <n>', 'lanes a second when it is released')
    .addHelpText(
      'after',
      examples([
        'hold place hotich --reason "no answer since 09:10, ticket 4711"',
        'hold place dvcqg --reason maintenance --from 2026-12-01T22:00:00+07:00 --until 2026-12-02T01:00:00+07:00 --rate 5',
      ]),
    )
    .action(async (partner: string, given: PlaceOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const placed = await api.post<Hold>(`/partners/${encodeURIComponent(partner)}/holds`, {
        reason: given.reason,
        ...(given.operation === undefined ? {} : { operation: given.operation }),
        ...(given.unit === undefined ? {} : { unit: given.unit }),
        ...(given.dossier === undefined ? {} : { dossier: given.dossier }),
        ...(given.from === undefined ? {} : { startsAt: given.from }),
        ...(given.until === undefined ? {} : { endsAt: given.until }),
        ...(given.rate === undefined ? {} : { releasePerSecond: rateOf(given.rate) }),
      });
      print.show(placed, () => showText(placed));
    });
}

function addRelease(hold: Command): void {
  hold
    .command('release <id>')
    .description('let what it stopped go on: one lane first, then the others in order')
    .option('--rate <n>', 'lanes a second; "none" for no limit')
    .option('--no-canary', 'do not wait for one lane to get through first')
    .addHelpText('after', examples(['hold release 0199… --rate 5', 'hold release 0199… --rate none --no-canary']))
    .action(async (id: string, given: { rate?: string; canary: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const rate = given.rate === undefined ? {} : { ratePerSecond: given.rate === 'none' ? null : rateOf(given.rate) };
      const released = await api.post<Hold>(`/holds/${encodeURIComponent(id)}/release`, {
        ...rate,
        canary: given.canary,
      });
      print.show(released, () => showText(released));
    });
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (Number.isFinite(rate) && rate > 0) return rate;
  throw new CliError('--rate takes a number of lanes a second, such as 5 or 0.5.', EXIT.usage);
}

function listText(holds: readonly Hold[]): string {
  return tableOf(holds, [
    { head: 'hold', value: (row) => row.id },
    { head: 'stops', value: scopeText },
    { head: 'state', value: (row) => row.state },
    { head: 'since', value: (row) => localTime(row.startsAt) },
    { head: 'waiting', value: (row) => row.deliveries, align: 'right' },
    { head: 'dossiers', value: (row) => row.lanes, align: 'right' },
    { head: 'by', value: (row) => row.placedBy },
    { head: 'why', value: (row) => row.reason },
  ]);
}

function showText(hold: Hold): string {
  return pairsOf([
    ['hold', hold.id],
    ['stops', scopeText(hold)],
    ['state', hold.state],
    ['since', localTime(hold.startsAt)],
    ['until', hold.endsAt && localTime(hold.endsAt)],
    ['why', hold.reason],
    ['placed by', hold.placedBy],
    ['released', hold.releasedAt && `${localTime(hold.releasedAt)} by ${hold.releasedBy}`],
    ['lanes a second', hold.releasePerSecond],
    ['waiting', `${hold.deliveries} deliveries of ${hold.lanes} dossiers`],
    ['oldest since', hold.oldestAt && localTime(hold.oldestAt)],
    ['drains in', hold.drainSeconds === null ? null : `${hold.drainSeconds} s`],
  ]);
}

function scopeText({ partner, operation, unit, dossierId }: Hold): string {
  const parts = [operation, unit && `commune ${unit}`, dossierId && `dossier ${dossierId}`].filter(Boolean);
  return [partner, ...parts].join(', ');
}
