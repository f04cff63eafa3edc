import type { DetailReading } from '../read-detail';
import type { FilePart } from './detail-scan';

/** What the thread is started with. */
export interface ThreadData {
  maxFiles: number;
  secret: string;
}

/** To the thread: the next bytes of the message, or null at its end. Each is answered once. */
export type ThreadRequest = Uint8Array | null;

/** From the thread: the file parts that the bytes brought, at the end the reading. */
export interface ThreadAnswer {
  parts: FilePart[];
  reading?: DetailReading;
}
