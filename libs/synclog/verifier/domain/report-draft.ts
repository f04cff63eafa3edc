import { FINDING_CODES, type Claim, type EvidenceKind, type Finding, type OpenCode, type Report } from '../findings';

/** Findings of one code that a report names; the others are counted. */
const NAMED = 100;

const WRONG: ReadonlySet<string> = new Set(FINDING_CODES);

function isFinding(result: Claim | Finding): result is Finding {
  return WRONG.has(result.code);
}

/** A report while its checks run. */
export class ReportDraft {
  origin: string | null = null;
  size: number | null = null;
  private readonly proven: Claim[] = [];
  private readonly wrong: Finding[] = [];
  private readonly counts = new Map<string, number>();
  private readonly open = new Set<OpenCode>();

  constructor(private readonly evidence: EvidenceKind) {}

  add(result: Claim | Finding): void {
    if (isFinding(result)) this.addFinding(result);
    else this.proven.push(result);
  }

  addAll(results: Iterable<Claim | Finding>): void {
    for (const result of results) this.add(result);
  }

  /** Names what this evidence does not prove. */
  leaveOpen(...codes: readonly OpenCode[]): void {
    for (const code of codes) this.open.add(code);
  }

  has(...codes: readonly Finding['code'][]): boolean {
    return codes.some((code) => this.counts.has(code));
  }

  done(): Report {
    const { evidence, origin, size, proven, wrong } = this;
    const wrongCount = [...this.counts.values()].reduce((sum, count) => sum + count, 0);
    return { evidence, origin, size, proven, wrong, wrongCount, open: [...this.open] };
  }

  private addFinding(finding: Finding): void {
    const count = (this.counts.get(finding.code) ?? 0) + 1;
    this.counts.set(finding.code, count);
    if (count <= NAMED) this.wrong.push(finding);
  }
}
