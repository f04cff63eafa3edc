import type { Installation } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { until } from '../support/until';

export const PARTNERS = ['dvclt', 'hotich', 'dvcqg', 'onestop'] as const;
export type Partner = (typeof PARTNERS)[number];

/** A run as the API gives it; only what these tests look at. */
export interface ShownRun {
  id: string;
  partner: Partner;
  cause: string;
  state: string;
  from: string;
  to: string;
  counts: { agreed: number; differing: number; unreadable: number; notLookedAt: number; calls: number };
  notLookedAtBecause: Record<string, number>;
  isClean: boolean;
  reasonCode: string | null;
  endedAt: string | null;
}

/** A difference as the API gives it; only what these tests look at. */
export interface ShownDifference {
  id: string;
  partner: Partner;
  class: string;
  dossierId: string | null;
  codes: string[];
  ours: number | null;
  theirs: number | null;
  cause: string;
  responsible: string;
  state: string;
  seen: number;
  reconciliationId: string;
  canBeToldAgain: boolean;
}

interface SealedEntry {
  kind: string;
  partner?: string;
  outcome?: string;
  codes?: string[];
  detail?: Record<string, unknown>;
}

const RUN_DEADLINE_MS = 120_000;
const SEALED_DEADLINE_MS = 30_000;

/** Comparisons with partners in a running installation, as an operator and an auditor see them. */
export class Comparisons {
  constructor(private readonly installation: Installation) {}

  /** Asks for a comparison of everything so far, and waits for its end. */
  async of(partner: Partner): Promise<ShownRun> {
    const { id } = await this.installation.post<ShownRun>('/reconciliations', { partner });
    return this.ended(id);
  }

  async ofAll(): Promise<Record<Partner, ShownRun>> {
    const runs = await Promise.all(PARTNERS.map(async (partner) => [partner, await this.of(partner)] as const));
    return Object.fromEntries(runs) as Record<Partner, ShownRun>;
  }

  async ended(id: string): Promise<ShownRun> {
    let now: ShownRun | undefined;
    await until(
      async () => {
        now = (await this.installation.get<ShownRun>(`/reconciliations/${id}`).catch(() => now)) ?? now;
        return now !== undefined && now.endedAt !== null;
      },
      RUN_DEADLINE_MS,
      () => `the end of the run; it is ${JSON.stringify(now)}`,
    );
    return now!;
  }

  /** Differences that are open, or all that ever were. */
  async differences(query: { partner?: Partner; state?: 'open' | 'closed' }): Promise<ShownDifference[]> {
    const words = new URLSearchParams({ limit: '200', ...query }).toString();
    return (await this.installation.get<{ items: ShownDifference[] }>(`/discrepancies?${words}`))!.items;
  }

  /** Sealed entries about a run. */
  async entriesOf(run: Pick<ShownRun, 'id'>, kind: string, count: number): Promise<SealedEntry[]> {
    let found: SealedEntry[] = [];
    await until(
      async () => {
        const page = await this.installation.get<{ items: { entry: SealedEntry }[] }>(
          `/sync-log/entries?kind=${kind}&limit=200`,
          'auditor',
        );
        found = page!.items.map(({ entry }) => entry).filter(({ detail }) => detail?.['reconciliationId'] === run.id);
        return found.length >= count;
      },
      SEALED_DEADLINE_MS,
      () => `${count} × ${kind}; there are ${found.length}`,
    );
    return found;
  }

  /** The story of a dossier as `lienthong audit dossier` tells it to an auditor: kinds of its sealed entries, in order. */
  async story(code: string): Promise<{ kind: string; partner?: string }[]> {
    const items = await lienthong<{ entry: SealedEntry }[]>(this.installation, ['audit', 'dossier', code], 'auditor');
    return items.map(({ entry: { kind, partner } }) => ({ kind, partner }));
  }
}

/** All dossiers of a run: each is in one of these counts. */
export function lookedAtOf({ counts }: ShownRun): number {
  return counts.agreed + counts.differing + counts.unreadable + counts.notLookedAt;
}
