/** How the parts of the stack are watched while they run. */
export interface Supervision {
  /** Deaths of one part within a minute that end the stack. */
  maxDeaths: number;
  /** A part died and will be started again. */
  onDeath(sentence: string): void;
  /** A part died too often: the stack ends. */
  onGiveUp(sentence: string): void;
}
