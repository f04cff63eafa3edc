import type { SimCase } from './sim-case';

/** The generated cases by their DVCLT code and, once known, by their one-stop code. */
export class CaseStore {
  private readonly byCode = new Map<string, SimCase>();
  private readonly otherCode = new Map<string, string>();

  add(simCase: SimCase): void {
    this.byCode.set(simCase.code, simCase);
  }

  /** By either code. */
  find(code: string): SimCase | undefined {
    return this.byCode.get(code) ?? this.byCode.get(this.otherCode.get(code) ?? '');
  }

  /** The two names of one dossier, also of one that was not generated here. */
  link(dvcltCode: string, oneStopCode: string): void {
    this.otherCode.set(dvcltCode, oneStopCode);
    this.otherCode.set(oneStopCode, dvcltCode);
    const simCase = this.byCode.get(dvcltCode);
    if (simCase !== undefined) simCase.oneStopCode = oneStopCode;
  }

  aliasesOf(code: string): readonly string[] {
    const other = this.otherCode.get(code);
    return other === undefined ? [code] : [code, other];
  }

  get count(): number {
    return this.byCode.size;
  }
}
