/** One line of `GET /_sim/ledger` (CONTRACTS §5): effects that an outside system really had, never calls. */
export interface EffectLine {
  system: string;
  kind: string;
  code: string;
  count: number;
  /** RFC 3339, one per effect. */
  at: readonly string[];
  order: readonly (string | number)[];
}

/** The lines that belong to one dossier. */
export interface DossierEffects {
  lines: readonly EffectLine[];
  /** When the ledger was asked for: what we settled later may not be in it yet. */
  askedAt: Date;
}

/** A ledger by code; what is taken out is accounted for. */
export class Ledger {
  private readonly byCode = new Map<string, EffectLine[]>();

  constructor(
    lines: Iterable<EffectLine>,
    readonly askedAt: Date,
  ) {
    for (const line of lines) {
      const own = this.byCode.get(line.code);
      if (own) own.push(line);
      else this.byCode.set(line.code, [line]);
    }
  }

  /** All lines of these codes; they no longer belong to the rest. */
  take(codes: readonly string[]): DossierEffects {
    const lines = codes.flatMap((code) => this.byCode.get(code) ?? []);
    for (const code of codes) this.byCode.delete(code);
    return { lines, askedAt: this.askedAt };
  }

  /** Lines of codes that nobody took. */
  *rest(): Iterable<EffectLine> {
    for (const lines of this.byCode.values()) yield* lines;
  }
}

export function lineOf({ lines }: DossierEffects, system: string, kind: string): EffectLine | undefined {
  return lines.find((line) => line.system === system && line.kind === kind);
}
