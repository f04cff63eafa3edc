import { loadProcedures, type Procedure } from '#dossier';
import { loadUnits } from '../adapters/load-units';
import type { UnitCrossWalk } from '../domain/unit-cross-walk';

/** Units and procedure codes, by which the intake maps what it understood. They may be read anew while the process runs, so that a
 *  mapping that was mended counts without a restart. A procedure of its own, with its messages, still needs one: router and gateway work
 *  with those that were there at the start. */
export class MappingTables {
  private tables: { units: UnitCrossWalk; procedures: readonly Procedure[] };

  /** @param running the procedures that this process works with
   *  @throws AppError `configuration-invalid` */
  constructor(
    private readonly configDir: string,
    private readonly running: readonly Procedure[],
  ) {
    this.tables = { units: loadUnits(configDir), procedures: running };
  }

  get units(): UnitCrossWalk {
    return this.tables.units;
  }

  get procedures(): readonly Procedure[] {
    return this.tables.procedures;
  }

  /** Reads the files again; with a mistake in them the tables stay as they are. @throws AppError `configuration-invalid` */
  reread(): void {
    const isRunning = ({ id }: Procedure): boolean => this.running.some((one) => one.id === id);
    const procedures = loadProcedures(this.configDir).filter(isRunning);
    this.tables = { units: loadUnits(this.configDir), procedures };
  }
}
