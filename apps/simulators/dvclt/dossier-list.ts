import { randomUUID } from 'node:crypto';
import type { SimCase } from '../cases/sim-case';
import { FiredFaults } from '../faults/fired-faults';
import { listingOf } from './render-detail';
import type { StatusProgress } from './order-engine';

export interface ListedDossier {
  readonly simCase: SimCase;
  progress: StatusProgress;
  oneStopCode: string | null;
  /** The list holds what the citizen sent after a status 2. */
  isChangedInList: boolean;
  /** The list row, serialised once: the list is asked for every second. */
  row: string;
  id: string | number;
  /** How its detail is nested where it is spoilt for good (Q43). */
  readonly nesting?: string;
}

/** The switches of one row of the list. */
export type RowFaults = (code: string) => FiredFaults;

/** DVCLT's dossiers: what has not been acknowledged is listed every time (Q10), unknown items first (Q43). */
export class DossierList {
  private readonly byCode = new Map<string, ListedDossier>();
  private readonly byId = new Map<string, ListedDossier>();
  private readonly listed = new Set<ListedDossier>();
  private readonly listedFirst = new Set<ListedDossier>();
  private lastId = 7000;

  submit(simCase: SimCase, place: { isFirst?: boolean; nesting?: string } = {}): void {
    const dossier = {
      simCase,
      progress: { current: 0, isSupplemented: false },
      oneStopCode: null,
      isChangedInList: false,
      row: '',
      id: 0,
      nesting: place.nesting,
    };
    this.byCode.set(simCase.code, dossier);
    this.resubmit(dossier, place.isFirst);
  }

  /** Lists the dossier under a new `id`, which is only good for the detail call: the citizen sent something new. */
  resubmit(dossier: ListedDossier, isFirst = false): void {
    this.lastId += 1;
    dossier.id = this.lastId % 5 === 0 ? randomUUID() : this.lastId;
    dossier.row = JSON.stringify(listingOf(dossier.id, dossier.simCase, FiredFaults.none));
    this.byId.set(String(dossier.id), dossier);
    (isFirst ? this.listedFirst : this.listed).add(dossier);
  }

  /** Lists the dossier again as it was, as if it had not been acknowledged (Q11). */
  relist(dossier: ListedDossier): void {
    this.listed.add(dossier);
  }

  /** @returns whether it was in the list until now */
  takeOff(dossier: ListedDossier): boolean {
    const wasFirst = this.listedFirst.delete(dossier);
    return this.listed.delete(dossier) || wasFirst;
  }

  find(code: unknown): ListedDossier | undefined {
    return typeof code === 'string' ? this.byCode.get(code) : undefined;
  }

  findById(id: string): ListedDossier | undefined {
    return this.byId.get(id);
  }

  /** The answer to the list call as JSON text: no paging, no total (Q29). */
  render(rowFaults: RowFaults, limit?: number): string {
    const rows = [...this.listedFirst, ...this.listed].slice(0, limit).map((dossier) => rowOf(dossier, rowFaults));
    return `{"data":[${rows.join(',')}]}`;
  }
}

function rowOf(dossier: ListedDossier, rowFaults: RowFaults): string {
  const faults = rowFaults(dossier.simCase.code);
  if (!faults.isOn('dateVariant')) return dossier.row;
  return JSON.stringify(listingOf(dossier.id, dossier.simCase, faults));
}
