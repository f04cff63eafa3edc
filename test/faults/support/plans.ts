import type { Installation } from '../../support/installation';
import { lienthong } from '../../support/installed-cli';
import { until } from '../../support/until';

/** A replay plan as the API gives it; only what these tests look at. */
export interface ShownPlan {
  id: string;
  state: string;
  items: number;
  hash: string;
  needsApproval: boolean;
  requestedBy: string;
  totals: { classes: Record<string, number>; actions: Record<string, number> };
  counts: { sent: number; done: number; failed: number; skipped: number };
  wave: number;
  stop: { code: string; found?: string } | null;
}

interface ShownGroup {
  key: string;
  count: number;
  operation: string;
}

/** hộ tịch no longer knows the country that every declaration names. */
export const CATALOGUE_LOST = { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'catalogueDrift', value: 'VN' };

/** What operators and approvers do with dead letters, through the command line. */
export class Plans {
  constructor(private readonly installation: Installation) {}

  /** Births that hộ tịch has refused for a cause that is gone, and the key of their group. */
  async refusedByRegistry(count: number, seed: number): Promise<{ codes: string[]; group: string }> {
    await this.installation.fault([CATALOGUE_LOST]);
    const codes = await this.installation.fileCases('birth', count, seed);
    const group = await this.untilGroup('submit-registration', count);
    await this.installation.clearFaults();
    return { codes, group };
  }

  /** @returns the key of the group, once so many deliveries of this operation are dead for one cause */
  async untilGroup(operation: string, count: number): Promise<string> {
    let groups: ShownGroup[] = [];
    await until(
      async () => {
        groups = await lienthong<ShownGroup[]>(this.installation, ['dead-letter', 'groups']);
        return groups.some((one) => one.operation === operation && one.count === count);
      },
      90_000,
      () => `${count} dead letters of ${operation}; there is ${JSON.stringify(groups)}`,
    );
    return groups.find((one) => one.operation === operation)!.key;
  }

  /** Makes a plan of a group and looks at its items. */
  of(group: string, { rate }: { rate: number }): Promise<ShownPlan> {
    const why = ['--why', 'configuration-fixed', '--reason', 'catalogue of 26/11', '--rate', String(rate)];
    return lienthong(this.installation, ['replay', 'plan', '--group', group, ...why]);
  }

  async approve({ id, hash }: ShownPlan): Promise<void> {
    await lienthong(this.installation, ['replay', 'approve', id, '--hash', hash], 'approver');
  }

  async start({ id }: ShownPlan): Promise<void> {
    await lienthong(this.installation, ['replay', 'start', id]);
  }

  async until(id: string, what: string, isThere: (now: ShownPlan) => boolean): Promise<ShownPlan> {
    let now: ShownPlan | undefined;
    await until(
      async () => {
        now = (await this.installation.get<ShownPlan>(`/replays/${id}`).catch(() => now)) ?? now;
        return now !== undefined && isThere(now);
      },
      120_000,
      () => `${what}; it is ${JSON.stringify(now)}`,
    );
    return now!;
  }

  untilEnded(id: string): Promise<ShownPlan> {
    return this.until(id, 'the end of the plan', ({ state }) => state === 'done' || state === 'stopped');
  }
}
