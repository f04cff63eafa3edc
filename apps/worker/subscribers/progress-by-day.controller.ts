import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type BusRecord } from '#bus';
import { BusExceptionFilter, busTransport } from '#bus/nest';
import { AppError, Database } from '#platform';

export const PROGRESS_GROUP = 'progress-by-day';

/** A record that is not newer changes nothing: re-delivery and disorder do no harm. */
const UPSERT = `
insert into dossier_progress as known (dossier_id, unit, day, procedure, state, seq) values ($1, $2, $3, $4, $5, $6)
on conflict (dossier_id) do update
set unit = excluded.unit, day = excluded.day, procedure = excluded.procedure, state = excluded.state, seq = excluded.seq
where known.seq < excluded.seq`;

/** Read model of the dossiers' progress by unit and day of receipt: one row per dossier, as of its newest event. */
@Controller()
@UseFilters(BusExceptionFilter)
export class ProgressByDayController {
  constructor(@Inject(Database) private readonly db: Database) {}

  /** @throws AppError `progress-event-incomplete` (bug) when the event lacks unit, receivedDay, procedure or state: it is kept as rejected */
  @EventPattern('*', busTransport(PROGRESS_GROUP))
  async onDossierEvent(@Payload() event: BusRecord): Promise<void> {
    const { receivedDay, procedure, state } = event.data;
    if (![event.unit, receivedDay, procedure, state].every((part) => typeof part === 'string')) {
      throw new AppError({
        code: 'progress-event-incomplete',
        disposition: 'bug',
        detail: `${event.type} lacks unit, receivedDay, procedure or state`,
      });
    }
    await this.db.execute(UPSERT, [event.dossierId, event.unit, receivedDay, procedure, state, event.seq]);
  }
}
