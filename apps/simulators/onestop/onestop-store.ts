import { compactDate, sinceMidnightMs } from '../server/date-formats';
import type { World } from '../world';
import type { OnestopDossier } from './onestop-dossier';

/** A dossier that no call of ours brought. */
export interface Stranger {
  readonly dvcltCode: string;
  readonly module: 'KS' | 'KT';
  readonly unit: string;
  readonly state: number;
}

/** The one-stop's dossiers by both codes. */
export class OnestopStore {
  private readonly byDvcltCode = new Map<string, OnestopDossier>();
  private readonly byOwnCode = new Map<string, OnestopDossier>();
  private sequence: number;

  constructor(private readonly world: World) {
    this.sequence = Math.floor(sinceMidnightMs(world.now()) / 100);
  }

  find(code: unknown): OnestopDossier | undefined {
    const key = String(code);
    return this.byDvcltCode.get(key) ?? this.byOwnCode.get(key);
  }

  /** Opens a dossier with a new code `H99.nnn-YYMMDD-NNNN`. */
  open(opened: { dvcltCode: string; module: 'KS' | 'KT'; unit: string; contentDigest: string }): OnestopDossier {
    const { unit, ...rest } = opened;
    const dossier = this.add({ ...rest, state: 0, changedAtMs: 0 }, unit);
    this.world.ledger.record('onestop', 'dossier', dossier.oneStopCode);
    return dossier;
  }

  /** Takes in a dossier that came another way. Its code is new; its DVCLT code has to be, too. */
  admit({ unit, ...rest }: Stranger): OnestopDossier {
    return this.add({ ...rest, contentDigest: '', changedAtMs: this.world.now() }, unit);
  }

  remove({ dvcltCode, oneStopCode }: OnestopDossier): void {
    this.byDvcltCode.delete(dvcltCode);
    this.byOwnCode.delete(oneStopCode);
  }

  private add(
    begun: Pick<OnestopDossier, 'dvcltCode' | 'module' | 'contentDigest' | 'state' | 'changedAtMs'>,
    unit: string,
  ): OnestopDossier {
    this.sequence += 1;
    const day = compactDate(this.world.now()).slice(2);
    const oneStopCode = `H99.${unit.slice(-3)}-${day}-${String(this.sequence).padStart(4, '0')}`;
    const dossier = { ...begun, oneStopCode, receptions: 1, lastUpdateDigest: '' };
    this.byDvcltCode.set(dossier.dvcltCode, dossier);
    this.byOwnCode.set(oneStopCode, dossier);
    this.world.cases.link(dossier.dvcltCode, oneStopCode);
    return dossier;
  }

  enter(dossier: OnestopDossier, state: number): void {
    dossier.state = state;
    dossier.changedAtMs = this.world.now();
    this.world.ledger.record('onestop', 'status', dossier.oneStopCode, state);
  }

  all(): Iterable<OnestopDossier> {
    return this.byDvcltCode.values();
  }
}
