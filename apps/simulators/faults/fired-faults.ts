/** One switch that fires in a call. */
export interface FiredFault {
  readonly name: string;
  readonly value: unknown;
  /** Of the rule that fired: it concerns this dossier only. */
  readonly code?: string;
}

/** The switches that fire in one call, with their values; of two rules for one switch the later wins. */
export class FiredFaults {
  static readonly none = new FiredFaults([]);
  private readonly values = new Map<string, unknown>();

  constructor(private readonly fired: readonly FiredFault[]) {
    for (const { name, value } of fired) this.values.set(name, value);
  }

  /** Fires, and its value is not `false`. */
  isOn(name: string): boolean {
    const value = this.values.get(name);
    return value !== undefined && value !== false;
  }

  /** The value of a firing switch; undefined where it does not fire. */
  value(name: string): unknown {
    return this.values.get(name);
  }

  /** The value where it is a text. */
  text(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** The rule in force names a dossier. */
  isAimed(name: string): boolean {
    return this.fired.findLast((fault) => fault.name === name)?.code !== undefined;
  }

  /** Without the rules that were made for other dossiers of the same call. */
  forDossier(codes: readonly string[]): FiredFaults {
    const isOthers = ({ code }: FiredFault) => code !== undefined && !codes.includes(code);
    return this.fired.some(isOthers) ? new FiredFaults(this.fired.filter((fault) => !isOthers(fault))) : this;
  }

  /** Both; where both have a switch, the other's value holds. */
  with(other: FiredFaults): FiredFaults {
    return other.fired.length === 0 ? this : new FiredFaults([...this.fired, ...other.fired]);
  }
}
