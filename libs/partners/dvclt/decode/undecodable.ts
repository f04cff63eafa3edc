/** Ends the decoding of one message at a stage. `reason` names fields and kinds of values, never a citizen's data. */
export class Undecodable extends Error {
  constructor(
    readonly stage: DecodeStageName,
    readonly code: string,
    readonly reason: string,
    readonly field?: string,
  ) {
    super(code);
    this.name = 'Undecodable';
  }
}

/** Stages of a DVCLT detail, in order (dvclt.md §3). */
export type DecodeStageName = 'outer-json' | 'inner-json' | 'xml' | 'fields' | 'files' | 'checks';
