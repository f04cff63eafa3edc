import { strictBase64 } from '../../../wire/base64';
import { textOf } from '../../../wire/fields';
import {
  innerLayer,
  innerOfText,
  MAX_LAYER_DEPTH,
  notUtf8,
  outerOf,
  type InnerLayer,
  type OuterLayer,
} from '../detail-layers';
import type { ContentOf } from '../detail-files';
import type { FileContent } from '../file-content';
import { readDetail, type DetailReading } from '../read-detail';
import { Undecodable } from '../undecodable';
import { Base64File } from './base64-file';
import type { ByteSink } from './byte-sink';
import { JsonScanner, type TakenString } from './json-scanner';
import { ScanLimit } from './scan-limit';
import { Utf8Check } from './utf8-check';

/** Bytes of one file in the order of reading; `isLast` with its last ones. */
export interface FilePart {
  fileNumber: number;
  bytes: Uint8Array<ArrayBuffer>;
  isLast: boolean;
}

export interface DetailScanOptions {
  maxFiles: number;
  /** ASCII that nobody outside can know: what stands for the strings that were taken out of the message. */
  secret: string;
  onPart(part: FilePart): void;
}

/** Largest layer without its files and without the layer inside it. A declaration is a few kilobytes. Bytes. */
const MAX_LAYER_BYTES = 4_194_304;
/** A file up to this size is no large one, wherever it is found. Bytes. */
const MAX_INLINE_BYTES = 65_536;

const INNER_LAYER = 'data.data';
const OUTER_FILES = new Set(['data.fileDinhKem.[].duLieuTepDinhKem', 'data.data.fileDinhKem.[].duLieuTepDinhKem']);
const INNER_FILES = new Set(['fileDinhKem.[].duLieuTepDinhKem']);

/** What a taken string turned out to be. */
type Taken = { layer: LayerScan } | { file: FileScan };

/** Reads a large detail while it arrives: two JSON layers, the one inside a string of the other, and in either the files. Never throws
 *  for what the bytes hold; whatever is wrong is in the reading. */
export class DetailScan {
  private readonly utf8 = new Utf8Check();
  private readonly taken = new Map<string, Taken>();
  private readonly outer: LayerScan;
  private files = 0;
  private isUtf8 = true;

  constructor(private readonly options: DetailScanOptions) {
    this.outer = new LayerScan('outer-json', 'outer', (path) => this.takeFromOuter(path));
  }

  write(piece: Uint8Array): void {
    this.isUtf8 &&= this.utf8.accepts(piece);
    if (this.isUtf8) this.outer.write(piece);
  }

  end(): DetailReading {
    return readDetail({
      maxFiles: this.options.maxFiles,
      outer: () => this.outerLayer(),
      inner: (outer) => this.innerLayer(outer),
      contentOf: this.contentOf,
    });
  }

  private outerLayer(): OuterLayer {
    if (!this.isUtf8 || !this.utf8.ends()) throw notUtf8();
    return outerOf(this.outer.text());
  }

  private innerLayer({ inner }: OuterLayer): InnerLayer {
    const taken = typeof inner === 'string' ? this.taken.get(inner) : undefined;
    if (taken === undefined || !('layer' in taken)) return innerLayer(inner);
    return innerOfText(taken.layer.text());
  }

  private readonly contentOf: ContentOf = (member) => {
    const taken = typeof member === 'string' ? this.taken.get(member) : undefined;
    if (taken !== undefined && 'file' in taken) return taken.file.content;
    const bytes = strictBase64(textOf(member) ?? '');
    return bytes === undefined ? undefined : { bytes };
  };

  private takeFromOuter(path: string): TakenString | undefined {
    if (OUTER_FILES.has(path)) return this.takeFile();
    if (path !== INNER_LAYER) return undefined;
    const layer = new LayerScan('inner-json', 'inner', (inside) =>
      INNER_FILES.has(inside) ? this.takeFile() : undefined,
    );
    return { sink: layer, mark: this.markOf({ layer }) };
  }

  private takeFile(): TakenString {
    const file = new FileScan(this.files, this.options.onPart);
    this.files += 1;
    return { sink: file.base64, mark: this.markOf({ file }) };
  }

  private markOf(taken: Taken): string {
    const mark = `${this.options.secret}:${this.taken.size}`;
    this.taken.set(mark, taken);
    return mark;
  }
}

/** One JSON layer while it is read. */
class LayerScan implements ByteSink {
  private readonly scanner: JsonScanner;
  private limit: ScanLimit | undefined;

  constructor(
    private readonly stage: 'outer-json' | 'inner-json',
    private readonly name: 'outer' | 'inner',
    take: (path: string) => TakenString | undefined,
  ) {
    this.scanner = new JsonScanner({ take, maxSkeletonBytes: MAX_LAYER_BYTES, maxDepth: MAX_LAYER_DEPTH });
  }

  write(bytes: Uint8Array): void {
    if (this.limit !== undefined) return;
    try {
      this.scanner.write(bytes);
    } catch (error) {
      if (!(error instanceof ScanLimit)) throw error;
      this.limit = error;
    }
  }

  /** Its text ends where the string ends that holds it. */
  end(): void {
    return undefined;
  }

  /** The layer without what was taken out of it. @throws Undecodable for a layer over our limits */
  text(): Buffer {
    if (this.limit !== undefined)
      throw new Undecodable(
        this.stage,
        `${this.name}.${this.limit.limit}`,
        `the ${this.name} layer is ${this.limit.limit}`,
      );
    return this.scanner.end();
  }
}

/** One file while it is read. */
class FileScan {
  readonly base64: Base64File;
  content: FileContent | undefined;
  private start: Uint8Array | undefined;

  constructor(fileNumber: number, onPart: (part: FilePart) => void) {
    this.base64 = new Base64File({
      part: (bytes) => {
        this.start ??= bytes.slice(0, 16);
        onPart({ fileNumber, bytes, isLast: false });
      },
      end: (rest, isValid) => {
        const isSmall = this.start === undefined && rest.length <= MAX_INLINE_BYTES;
        if (isSmall && isValid) this.content = { bytes: rest };
        if (isSmall) return;
        this.start ??= rest.slice(0, 16);
        if (isValid) this.content = { fileNumber, start: this.start };
        onPart({ fileNumber, bytes: rest, isLast: true });
      },
    });
  }
}
