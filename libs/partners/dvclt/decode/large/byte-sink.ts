/** Takes the bytes of one string as they are read. */
export interface ByteSink {
  /** @param bytes valid until the call returns */
  write(bytes: Uint8Array): void;
  /** The string has ended. */
  end(): void;
}
