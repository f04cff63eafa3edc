/** A JSON text is larger or deeper than we read. */
export class ScanLimit extends Error {
  constructor(readonly limit: 'too-large' | 'too-deep') {
    super(limit);
    this.name = 'ScanLimit';
  }
}
