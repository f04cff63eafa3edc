import type { SamplePdf } from '../cases/sample-pdf';
import { fieldsOf, type Fields } from '../server/fields';
import { fileFactsOf, type FileFacts } from '../server/file-mark';
import type { SystemId } from '../server/systems';

/** One file as a system sent or received it. */
export interface PaperLine extends FileFacts {
  readonly system: SystemId;
  readonly direction: 'sent' | 'received';
  readonly name: string;
}

type Kept =
  { readonly line: PaperLine } | { readonly system: SystemId; readonly name: string; readonly serial: number };

const RESULT_FIELD = { KS: 'giayKhaiSinh', KT: 'giayKhaiTu' } as const;

/** Digests of the files on their way, so that a test can say "the same bytes" without holding them. */
export class PaperWitness {
  private readonly byCode = new Map<string, Kept[]>();

  constructor(private readonly pdf: SamplePdf) {}

  /** A file that a system received as base64, or as the mark of a large one. Equal repeats are kept once. */
  keepReceived(system: SystemId, code: string, file: { name: string; base64: unknown }): void {
    this.keepFacts(system, code, { name: file.name, ...fileFactsOf(file.base64) });
  }

  keepFacts(system: SystemId, code: string, { name, bytes, sha256 }: FileFacts & { name: string }): void {
    const kept = this.of(code);
    const isKnown = kept.some(
      (one) => 'line' in one && one.line.system === system && one.line.name === name && one.line.sha256 === sha256,
    );
    if (!isKnown) kept.push({ line: { system, direction: 'received', name, bytes, sha256 } });
  }

  /** The paper inside a result that DVCLT was given as JSON text. */
  keepResult(system: SystemId, code: string, given: { module: 'KS' | 'KT'; result: unknown }): void {
    const name = RESULT_FIELD[given.module];
    this.keepReceived(system, code, { name, base64: parsed(given.result)[name] });
  }

  /** A sample paper that a system answers with. */
  keepSent(system: SystemId, code: string, paper: { name: string; serial: number }): void {
    this.of(code).push({ system, ...paper });
  }

  /** @param codes all names of one dossier */
  list(codes: readonly string[]): PaperLine[] {
    return codes.flatMap((code) => this.byCode.get(code) ?? []).map((kept) => this.lineOf(kept));
  }

  private lineOf(kept: Kept): PaperLine {
    if ('line' in kept) return kept.line;
    const { system, name, serial } = kept;
    return { system, direction: 'sent', name, bytes: this.pdf.byteLength(), sha256: this.pdf.sha256(serial) };
  }

  private of(code: string): Kept[] {
    let kept = this.byCode.get(code);
    if (kept === undefined) {
      kept = [];
      this.byCode.set(code, kept);
    }
    return kept;
  }
}

function parsed(result: unknown): Fields {
  return typeof result === 'string' ? fieldsOf(JSON.parse(result)) : {};
}
