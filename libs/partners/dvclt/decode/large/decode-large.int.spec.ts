import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VaultDraft } from '#access';
import type { AttachmentSink, DecodeResult } from '#intake';
import { BUILT_THREAD } from '../../../testing/built-thread';
import { sampleDetail } from '../../../testing/sample-detail';
import { decodeDetail } from '../decode-detail';
import { decodeLargeDetail } from './decode-large';
import type { DetailThreadOptions } from './detail-thread';
import { temporaryDir } from '#testing';

/** A vault in memory: what was kept, and what was thrown away. */
function memorySink(
  onWrite: () => void = () => undefined,
): AttachmentSink & { kept: Map<string, Buffer>; open: () => number } {
  const kept = new Map<string, Buffer>();
  let open = 0;
  let refs = 0;
  return {
    kept,
    open: () => open,
    begin: () => {
      const ref = `file-${(refs += 1)}`;
      open += 1;
      kept.set(ref, Buffer.alloc(0));
      return {
        ref,
        write: async (bytes) => {
          onWrite();
          kept.set(ref, Buffer.concat([kept.get(ref) ?? Buffer.alloc(0), bytes]));
        },
        finish: async () => {
          open -= 1;
          const bytes = kept.get(ref) ?? Buffer.alloc(0);
          return { ref, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest() } as VaultDraft;
        },
      };
    },
    discard: async (gone) => gone.forEach((ref) => kept.delete(ref)),
  };
}

async function* inPieces(
  raw: Buffer,
  pieceBytes = 65_536,
  onPiece: (at: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < raw.length; from += pieceBytes) {
    onPiece(from);
    yield raw.subarray(from, from + pieceBytes);
  }
}

const fileOf = (id: number, bytes: number, over: object = {}): object => ({
  id,
  huyGiayTo: 0,
  tenTepDinhKem: `mau-${id}.pdf`,
  duLieuTepDinhKem: Buffer.alloc(bytes, `%PDF-${id} mẫu, không có giá trị `).toString('base64'),
  ...over,
});

describe('decoding of a large detail in a thread', () => {
  const decode = (raw: Buffer, sink = memorySink(), over: Partial<DetailThreadOptions> = {}): Promise<DecodeResult> =>
    decodeLargeDetail(inPieces(raw), sink, { maxFiles: 200, entry: BUILT_THREAD, ...over });
  /** A thread that does with a message what the test says. */
  const threadThat = (body: string): string => {
    const path = join(temporaryDir('decode-thread-'), 'thread.js');
    writeFileSync(path, `require('node:worker_threads').parentPort.on('message', (request) => { ${body} });`);
    return path;
  };

  it('gives what the small path gives, the large files in the vault byte for byte [Q07 Q21]', async () => {
    const files = [fileOf(1, 3_000_001), fileOf(2, 40), fileOf(3, 262_144, { huyGiayTo: 1 }), fileOf(4, 65_537)];
    const raw = sampleDetail({ files });
    const sink = memorySink();
    const large = await decode(raw, sink);
    const small = decodeDetail(raw, 200);
    if (!('dossier' in large) || !('dossier' in small)) throw new Error('not understood');
    expect(large.stages).toEqual(small.stages);
    const { attachments, ...rest } = large.dossier;
    const { attachments: expected, ...expectedRest } = small.dossier;
    expect(rest).toEqual(expectedRest);
    expect(attachments.map(({ bytes, draft }) => [bytes?.length, draft?.sizeBytes])).toEqual([
      [undefined, 3_000_001],
      [40, undefined],
      [undefined, 262_144],
      [undefined, 65_537],
    ]);
    for (const [at, { bytes, draft, ...file }] of attachments.entries()) {
      const { bytes: whole, ...named } = expected[at];
      expect(file).toEqual(named);
      expect((bytes ?? sink.kept.get(draft?.ref ?? ''))?.equals(whole ?? Buffer.alloc(0))).toBe(true);
    }
    expect([sink.kept.size, sink.open()]).toEqual([3, 0]);
  });

  it('keeps no file of a message that is not understood, nor those of the outer layer when the inner one has files', async () => {
    const sink = memorySink();
    expect(await decode(sampleDetail({ files: [fileOf(1, 500_000)], xml: '<a>' }), sink)).toMatchObject({
      failure: { stage: 'xml' },
    });
    expect(
      await decode(
        sampleDetail({ files: [fileOf(1, 500_000), fileOf(2, 300_000, { duLieuTepDinhKem: 'A'.repeat(400_001) })] }),
        sink,
      ),
    ).toMatchObject({
      failure: { stage: 'files', code: 'files.not-base64', field: 'fileDinhKem[1].duLieuTepDinhKem' },
    });
    expect(sink.kept.size).toBe(0);
    const result = await decode(sampleDetail({ outerFiles: [fileOf(1, 400_000)], files: [fileOf(2, 300_000)] }), sink);
    expect('dossier' in result && result.dossier.attachments.map((file) => file.sourceId)).toEqual(['2']);
    expect([...sink.kept.values()].map((bytes) => bytes.length)).toEqual([300_000]);
  });

  it('reads the message to its end whatever is wrong with it: the bytes are evidence', async () => {
    const raw = Buffer.concat([Buffer.from([0xff, 0xfe]), sampleDetail({ files: [fileOf(1, 2_000_000)] })]);
    let seen = 0;
    const result = await decodeLargeDetail(
      inPieces(raw, 65_536, (at) => (seen = at)),
      memorySink(),
      { maxFiles: 200, entry: BUILT_THREAD },
    );
    expect(result).toMatchObject({ failure: { code: 'outer.not-utf8' } });
    expect(seen).toBeGreaterThan(raw.length - 65_537);
  });

  it.each<[string, string, Partial<DetailThreadOptions>, string]>([
    ['crashes', `throw new Error('poison')`, {}, 'decode.thread-failed'],
    ['ends by itself', 'process.exit(3)', {}, 'decode.thread-failed'],
    ['hangs', 'for (;;) {}', { pieceMs: 200 }, 'decode.too-slow'],
    [
      'takes all memory',
      'const all = []; for (;;) all.push(new Array(1e5).fill({}))',
      { maxHeapMb: 16 },
      'decode.out-of-memory',
    ],
  ])(
    'a thread that %s ends its own message only, and that is read to its end [Q43]',
    async (_name, body, over, code) => {
      const raw = sampleDetail({ files: [fileOf(1, 1_000_000)] });
      let seen = 0;
      const result = await decodeLargeDetail(
        inPieces(raw, 65_536, (at) => (seen = at)),
        memorySink(),
        { maxFiles: 200, entry: threadThat(body), ...over },
      );
      expect(result).toMatchObject({ failure: { stage: 'outer-json', code, responsible: 'province' } });
      expect(result.stages).toEqual([{ stage: 'outer-json' }]);
      expect(seen).toBeGreaterThan(raw.length - 65_537);
      expect(await decode(sampleDetail())).toMatchObject({ dossier: { code: 'G22.99.08-260301-0007' } });
    },
  );

  it('fails of what the source fails of, and leaves no file behind', async () => {
    const raw = sampleDetail({ files: [fileOf(1, 2_000_000)] });
    const sink = memorySink();
    const cut = async function* (): AsyncGenerator<Uint8Array> {
      yield* inPieces(raw.subarray(0, 1_500_000));
      throw new Error('cut');
    };
    await expect(decodeLargeDetail(cut(), sink, { maxFiles: 200, entry: BUILT_THREAD })).rejects.toThrow('cut');
    expect(sink.kept.size).toBe(0);
  });

  it('fails of what the vault fails of, and leaves no file behind', async () => {
    let writes = 0;
    const sink = memorySink(() => {
      if ((writes += 1) === 3) throw new Error('database away');
    });
    await expect(decode(sampleDetail({ files: [fileOf(1, 3_000_000)] }), sink)).rejects.toThrow('database away');
    expect(sink.kept.size).toBe(0);
  });
});
