/** A place outside the database that keeps the newest checkpoint: against it a database that was set back shows. */
export interface CheckpointPlace {
  /** For logs and errors. */
  readonly name: string;
  /** The last notes, the newest among them; none before the first. @throws while the place is away */
  newest(): Promise<readonly string[]>;
  /** @throws while the place is away: the next one is published then */
  publish(checkpoint: { size: number; note: string }): Promise<void>;
}
