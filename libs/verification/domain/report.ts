import { rfc3339 } from '#platform';
import type { ViolationCode } from './catalogue';
import { kindOf, type Finding, type Violation, type ViolationKind } from './violation';

/** What a pass over the state came to. */
export interface VerificationReport {
  isClean: boolean;
  /** Moment of the snapshot, RFC 3339. */
  at: string;
  dossiers: number;
  /** Of these, those that began in archived months of the sync log: they were not compared with it. */
  logArchived: number;
  /** All that were found, also those that are not kept. */
  counts: Readonly<Partial<Record<ViolationCode, number>>>;
  countsByKind: Readonly<Record<ViolationKind, number>>;
  violations: readonly Violation[];
}

interface About {
  dossierId: string;
  codes: readonly string[];
}

/** Gathers findings with bounded memory: the first of each code are kept, all are counted. */
export class Report {
  private readonly counts = new Map<ViolationCode, number>();
  private readonly kept: Violation[] = [];
  private dossiers = 0;
  private logArchived = 0;

  constructor(
    private readonly at: Date,
    private readonly maxPerCode: number,
  ) {}

  /** @param isCounted false for a finding about a dossier that was looked at already */
  addDossier({ dossierId, codes }: About, findings: readonly Finding[], isCounted = true): void {
    if (isCounted) this.dossiers += 1;
    for (const finding of findings) this.add(finding, dossierId, codes);
  }

  countLogArchived(): void {
    this.logArchived += 1;
  }

  /** What belongs to no dossier we have. */
  addRest(findings: Iterable<Finding & { codes?: readonly string[] }>): void {
    for (const finding of findings) this.add(finding, null, finding.codes ?? []);
  }

  done(): VerificationReport {
    const countsByKind = { lost: 0, doubled: 0, 'out-of-order': 0, stuck: 0, unexplained: 0 };
    for (const [code, count] of this.counts) countsByKind[kindOf(code)] += count;
    return {
      isClean: this.counts.size === 0,
      at: rfc3339(this.at),
      dossiers: this.dossiers,
      logArchived: this.logArchived,
      counts: Object.fromEntries(this.counts),
      countsByKind,
      violations: this.kept,
    };
  }

  private add({ code, subject, sentence }: Finding, dossierId: string | null, codes: readonly string[]): void {
    const count = (this.counts.get(code) ?? 0) + 1;
    this.counts.set(code, count);
    if (count <= this.maxPerCode)
      this.kept.push({ code, kind: kindOf(code), dossierId, codes, subject: subject ?? null, sentence });
  }
}
