import type { DossierState, PartnerId } from '#dossier';
import type { Clock } from '#platform';
import type { AskedDossier, Found, ListedPage, Listing, LookUp, PartnerRow, ReconciledPartner, Window } from '../ports';

/** An outside system by script: the rows that it has, and what happens while it is asked. */
export class ScriptedSystem implements ReconciledPartner {
  /** In the order of its list. */
  rows: PartnerRow[] = [];
  atMost = 50;
  pageSize = 200;
  /** Of the next pages. */
  unreadableRows = 0;
  /** One-stop codes whose answer nobody can read. */
  readonly garbled = new Set<string>();
  /** Happens between the question and its answer. */
  meanwhile: (call: string) => Promise<void> | void = () => undefined;
  readonly calls: string[] = [];
  lookUp: LookUp | undefined;
  listing: Listing | undefined;

  constructor(
    readonly partner: PartnerId,
    private readonly clock: Clock,
  ) {
    const means = partner === 'dvclt' ? 'unacknowledged' : 'state';
    const self = this as Pick<ScriptedSystem, 'atMost'>;
    this.lookUp = {
      get atMost() {
        return self.atMost;
      },
      ask: (dossiers) => this.ask(dossiers),
    };
    this.listing = { means, page: (window, page) => this.page(window, page) };
    if (partner === 'dvclt') this.lookUp = undefined;
    if (partner === 'hotich' || partner === 'dvcqg') this.listing = undefined;
  }

  codeOf({ codes }: AskedDossier): string | undefined {
    return this.partner === 'onestop' ? (codes.oneStop ?? codes.dvclt) : codes.oneStop;
  }

  /** It has these dossiers as we have them. */
  hold(states: readonly DossierState[], more: Partial<PartnerRow> = {}): void {
    for (const { codes, portalStatus } of states) {
      const { dvclt, oneStop } = codes;
      const status = this.partner === 'hotich' ? 4 : this.partner === 'dvclt' ? null : portalStatus;
      this.rows.push({ codes: { dvclt, ...(oneStop === undefined ? {} : { oneStop }) }, status, ...more });
    }
  }

  change(code: string, more: Partial<PartnerRow>): void {
    this.rows = this.rows.map((row) => (hasCode(row, code) ? { ...row, ...more } : row));
  }

  forget(code: string): void {
    this.rows = this.rows.filter((row) => !hasCode(row, code));
  }

  private async ask(dossiers: readonly AskedDossier[]): Promise<{ askedAt: Date; found: readonly Found[] }> {
    const askedAt = this.clock.now();
    this.calls.push(`look-up ${dossiers.length}`);
    const found = dossiers.map((dossier): Found => {
      const code = this.codeOf(dossier) as string;
      if (this.garbled.has(code)) return { kind: 'unreadable', reasonCode: 'answer-not-understood' };
      const rows = this.rows.filter((row) => hasCode(row, code));
      return rows.length === 0 ? { kind: 'absent' } : { kind: 'rows', rows };
    });
    await this.meanwhile(`look-up ${dossiers.length}`);
    return { askedAt, found };
  }

  private async page({ from, to }: Window, page: number): Promise<ListedPage> {
    const askedAt = this.clock.now();
    this.calls.push(`page ${page}`);
    const listed = this.rows.filter(
      ({ changedAt }) => changedAt === undefined || (changedAt >= from && changedAt < to),
    );
    const rows = listed.slice((page - 1) * this.pageSize, page * this.pageSize);
    const answer = {
      askedAt,
      rows,
      unreadable: this.unreadableRows,
      next: listed.length > page * this.pageSize ? page + 1 : null,
    };
    await this.meanwhile(`page ${page}`);
    return answer;
  }
}

function hasCode({ codes }: PartnerRow, code: string): boolean {
  return codes.oneStop === code || codes.dvclt === code;
}
