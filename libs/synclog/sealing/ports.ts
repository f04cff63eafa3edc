/** A place outside the database that keeps the newest checkpoint: against it a database that was set back shows. */
export interface CheckpointPlace {
  /** For logs and errors. */
  readonly name: string;
  /** The note; undefined before the first. */
  newest(): Promise<string | undefined>;
  /** Keeps it; an older one than the newest is left out. */
  publish(checkpoint: { size: number; note: string }): Promise<void>;
}
