import type { ByteSink } from './byte-sink';
import { JsonUnescape } from './json-unescape';
import { ScanLimit } from './scan-limit';
import { Skeleton } from './skeleton';

/** A string that is taken out of the text: its bytes go to `sink`, and `mark` stands in its place. */
export interface TakenString {
  sink: ByteSink;
  /** ASCII without quote, backslash and control characters. */
  mark: string;
}

export interface JsonScannerOptions {
  /** Asked at the opening quote of every string value. `path`: the members that lead there, `[]` for a place in an array,
   *  e.g. `data.fileDinhKem.[].duLieuTepDinhKem`. */
  take(path: string): TakenString | undefined;
  /** Largest text without the taken strings. Bytes. */
  maxSkeletonBytes: number;
  /** Objects and arrays inside each other. */
  maxDepth: number;
}

/** An open object or array; `key` is the member that is being read. */
interface Frame {
  isObject: boolean;
  isKeyNext: boolean;
  key: string;
}

const BYTE = { quote: 0x22, backslash: 0x5c, comma: 0x2c, colon: 0x3a } as const;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const MAX_KEY_BYTES = 256;
/** Makes the text as malformed as the string was that is not in it. */
const NOT_IN_A_STRING = Uint8Array.of(0);

/** Reads a JSON text in pieces of any size and takes chosen strings out of it while they pass. What is left, the skeleton, is small and
 *  is parsed by `JSON.parse` itself: a text is well-formed exactly when its skeleton is and each taken string was whole, and every rule of
 *  JSON (numbers, white space, repeated members) holds as it does for a small message. The scanner itself only needs to know where strings
 *  begin and end, and under which names. */
export class JsonScanner {
  private readonly skeleton: Skeleton;
  private readonly frames: Frame[] = [];
  private taken: JsonUnescape | undefined;
  private isInString = false;
  private isEscaped = false;
  /** Raw bytes of the member name that is being read. */
  private key: number[] | undefined;

  constructor(private readonly options: JsonScannerOptions) {
    this.skeleton = new Skeleton(options.maxSkeletonBytes);
  }

  /** @throws ScanLimit */
  write(chunk: Uint8Array): void {
    let kept = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.taken !== undefined) {
        at = this.taken.write(chunk, at);
        kept = at;
        if (at === chunk.length) return;
        if (!this.taken.isWhole) this.skeleton.add(NOT_IN_A_STRING);
        this.taken = undefined;
        at += 1;
      } else if (this.isInString) at = this.passString(chunk, at);
      else {
        const taken = this.readByte(chunk[at]);
        at += 1;
        if (taken !== undefined) {
          this.skeleton.add(chunk.subarray(kept, at));
          this.skeleton.add(Buffer.from(taken.mark, 'latin1'));
          this.taken = new JsonUnescape(taken.sink);
          kept = at;
        }
      }
    }
    this.skeleton.add(chunk.subarray(kept));
  }

  /** The text without what was taken out of it; a string that never ended leaves it malformed. */
  end(): Buffer {
    return this.skeleton.whole();
  }

  /** One byte outside strings. */
  private readByte(byte: number): TakenString | undefined {
    const frame = this.frames.at(-1);
    if (byte === BYTE.quote) return this.beginString(frame);
    if (OPENING.has(byte)) this.open(byte === 0x7b);
    else if (CLOSING.has(byte)) this.frames.pop();
    else if (frame?.isObject === true) {
      if (byte === BYTE.comma) frame.isKeyNext = true;
      else if (byte === BYTE.colon) frame.isKeyNext = false;
    }
    return undefined;
  }

  private open(isObject: boolean): void {
    if (this.frames.length >= this.options.maxDepth) throw new ScanLimit('too-deep');
    this.frames.push({ isObject, isKeyNext: isObject, key: '' });
  }

  private beginString(frame: Frame | undefined): TakenString | undefined {
    if (frame?.isKeyNext !== true) {
      const taken = this.options.take(this.path());
      if (taken !== undefined) return taken;
    } else this.key = [];
    this.isInString = true;
    return undefined;
  }

  private path(): string {
    return this.frames.map((frame) => (frame.isObject ? frame.key : '[]')).join('.');
  }

  /** Passes over a string that stays in the skeleton. Returns the index behind what was read. */
  private passString(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === BYTE.backslash) this.isEscaped = true;
      else if (byte === BYTE.quote) {
        this.endString();
        return at + 1;
      }
      if (this.key !== undefined && this.key.length < MAX_KEY_BYTES) this.key.push(byte);
    }
    return chunk.length;
  }

  private endString(): void {
    this.isInString = false;
    const frame = this.frames.at(-1);
    if (this.key === undefined || frame === undefined) return;
    frame.key = memberName(Buffer.from(this.key).toString('utf8'));
    frame.isKeyNext = false;
    this.key = undefined;
  }
}

/** The name as it reads without escapes. One that could be taken for a path leads nowhere, as does a malformed one, for which the skeleton
 *  is refused later. */
function memberName(raw: string): string {
  const name = raw.includes('\\') ? unescaped(raw) : raw;
  return name.includes('.') || name === '[]' ? '' : name;
}

function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return '';
  }
}
