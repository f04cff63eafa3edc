/** Decoded content of a file: in memory when small, else handed over in parts while the message was read. */
export type FileContent = { bytes: Uint8Array } | LargeFile;

/** A file whose bytes have left already. */
interface LargeFile {
  /** Number of the file in the order of reading; its parts carry it. */
  fileNumber: number;
  /** The first bytes, which tell the content type. */
  start: Uint8Array;
}
