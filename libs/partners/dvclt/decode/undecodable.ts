/** Names of the wire are short and ASCII. What a message calls its own elements may be anything, a citizen's name too. */
const WIRE_NAME = /^[\w.[\]]{1,60}$/;

/** Ends the decoding of one message at a stage. `reason` names fields and kinds of values, never a citizen's data. */
export class Undecodable extends Error {
  /** Where in the message; absent when its name there is none of the wire. */
  readonly field?: string;

  constructor(
    readonly stage: DecodeStageName,
    readonly code: string,
    readonly reason: string,
    field?: string,
  ) {
    super(code);
    this.name = 'Undecodable';
    if (field !== undefined && WIRE_NAME.test(field)) this.field = field;
  }
}

/** Stages of a DVCLT detail, in order (dvclt.md §3). */
export type DecodeStageName = 'outer-json' | 'inner-json' | 'xml' | 'fields' | 'files' | 'checks';
