import { compactDate, sinceMidnightMs } from '../server/date-formats';
import type { World } from '../world';
import type { OnestopDossier } from './onestop-dossier';

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
    this.sequence += 1;
    const day = compactDate(this.world.now()).slice(2);
    const { unit, ...rest } = opened;
    const oneStopCode = `H99.${unit.slice(-3)}-${day}-${String(this.sequence).padStart(4, '0')}`;
    const dossier = { ...rest, oneStopCode, state: 0, changedAtMs: 0, receptions: 1, lastUpdateDigest: '' };
    this.byDvcltCode.set(dossier.dvcltCode, dossier);
    this.byOwnCode.set(oneStopCode, dossier);
    this.world.cases.link(dossier.dvcltCode, oneStopCode);
    this.world.ledger.record('onestop', 'dossier', oneStopCode);
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
