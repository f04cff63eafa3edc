/** The switches that fire in one call, with their values. */
export class FiredFaults {
  static readonly none = new FiredFaults(new Map());

  constructor(private readonly values: ReadonlyMap<string, unknown>) {}

  /** Fires, and its value is not `false`. */
  isOn(name: string): boolean {
    const value = this.values.get(name);
    return value !== undefined && value !== false;
  }

  /** The value of a firing switch; undefined where it does not fire. */
  value(name: string): unknown {
    return this.values.get(name);
  }
}
