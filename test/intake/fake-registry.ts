import { AppError, type Clock } from '#platform';
import type { RegistryResults, RegistryRow } from '#intake';

/** The registry at the port: answers what it was told to, for the codes that were asked. */
export class FakeRegistry implements RegistryResults {
  readonly maxCodesPerCall = 3;
  readonly calls: { module: 'KS' | 'KT'; codes: readonly string[] }[] = [];
  readonly rows = new Map<string, RegistryRow>();
  isDown = false;
  /** Most codes that it takes in one call. */
  batchLimit = Infinity;
  /** Its row is more than we take. */
  tooMuch: string | undefined;
  /** Makes an answer something that is none: code, and the bytes of it. */
  garbage: { code: string; text: string } | undefined;
  /** Code of what is strange in its rows. */
  strange: string | undefined;
  /** Runs inside a call, after it was asked and before it answers. */
  onPoll: (codes: readonly string[]) => void | Promise<void> = () => undefined;

  constructor(private readonly clock: Clock) {}

  report(code: string, status: RegistryRow['status'], more: Partial<RegistryRow> = {}): void {
    this.rows.set(code, { code, status, officer: { name: 'CÁN BỘ MẪU', title: 'Công chức' }, ...more });
  }

  complete(code: string, registrationNumber: string, file = 'PDF MẪU'): void {
    this.report(code, 4, {
      result: {
        identityNumber: '999000000001',
        registrationNumber,
        bookNumber: '01/2026',
        registeredOnText: '02/03/2026',
        registryCode: `00123/KS/${registrationNumber}/01/2026`,
        fields: { noiCap: 'UBND xã Mẫu' },
        file: Buffer.from(file),
        fileName: 'giay-khai-sinh.pdf',
      },
    });
  }

  async poll(module: 'KS' | 'KT', codes: readonly string[]): ReturnType<RegistryResults['poll']> {
    const askedAt = this.clock.now();
    this.calls.push({ module, codes });
    // Rows come in another order than asked for (Q16).
    const rows = [...codes].reverse().flatMap((code) => this.rows.get(code) ?? []);
    await this.onPoll(codes);
    if (this.isDown) throw new AppError({ code: 'fake.down', disposition: 'retry' });
    if (codes.length > this.batchLimit)
      return { askedAt, rows: null, unclear: 'fake.refused', isRefusal: true, raw: Buffer.from('{"too":"many"}') };
    if (this.tooMuch !== undefined && codes.includes(this.tooMuch))
      return { askedAt, rows: codes.length === 1 ? [] : null, unclear: 'fake.too-much', isTooMuch: true, raw: null };
    if (this.garbage) return { askedAt, rows: null, unclear: this.garbage.code, raw: Buffer.from(this.garbage.text) };
    const raw = Buffer.from(JSON.stringify({ rows }));
    return { askedAt, rows, raw, ...(this.strange ? { unclear: this.strange } : {}) };
  }
}
