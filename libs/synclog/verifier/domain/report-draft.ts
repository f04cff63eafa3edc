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
  private vouched: number | undefined;
  private isKeyDoubted = false;

  constructor(private readonly evidence: EvidenceKind) {}

  add(result: Claim | Finding): void {
    if (isFinding(result)) this.addFinding(result);
    else this.proven.push(result);
  }

  addAll(results: Iterable<Claim | Finding>): void {
    for (const result of results) this.add(result);
  }

  /** Counts findings that are not named. */
  addMore(code: Finding['code'], count: number): void {
    if (count > 0) this.counts.set(code, (this.counts.get(code) ?? 0) + count);
  }

  /** Somebody outside speaks for the first entries of the log. */
  vouch(size: number): void {
    this.vouched = Math.max(this.vouched ?? 0, size);
  }

  /** Only keys have signed that were replaced later: who has stolen one can have made up the whole log. */
  doubtKey(): void {
    this.isKeyDoubted = true;
  }

  /** Names the entries that may have been rewritten and signed anew: those that nobody outside speaks for. */
  leaveRewrittenOpen(): void {
    // Every log begins with the empty one: that speaks for nobody.
    if (this.isKeyDoubted && (this.vouched ?? 0) === 0) this.leaveOpen('signed-by-replaced-key');
    if (this.vouched === undefined) this.leaveOpen('rewritten');
    else if (this.vouched < (this.size ?? 0)) this.leaveOpen('rewritten-after');
  }

  /** Names what this evidence does not prove. */
  leaveOpen(...codes: readonly OpenCode[]): void {
    for (const code of codes) this.open.add(code);
  }

  has(...codes: readonly Finding['code'][]): boolean {
    return codes.some((code) => this.counts.has(code));
  }

  done(): Report {
    const { evidence, origin, size, vouched = 0, proven, wrong } = this;
    const wrongCount = [...this.counts.values()].reduce((sum, count) => sum + count, 0);
    return { evidence, origin, size, vouched, proven, wrong, wrongCount, open: [...this.open] };
  }

  private addFinding(finding: Finding): void {
    const count = (this.counts.get(finding.code) ?? 0) + 1;
    this.counts.set(finding.code, count);
    if (count <= NAMED) this.wrong.push(finding);
  }
}
