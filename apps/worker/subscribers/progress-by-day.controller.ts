import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type BusRecord } from '#bus';
import { BusExceptionFilter, busTransport } from '#bus/nest';
import { AppError, Database } from '#platform';
import { ProgressWriter } from './progress-writer';

export const PROGRESS_GROUP = 'progress-by-day';

/** Read model of the dossiers' progress by unit and day of receipt: one row per dossier, as of its newest event. */
@Controller()
@UseFilters(BusExceptionFilter)
export class ProgressByDayController {
  private readonly writer: ProgressWriter;

  constructor(@Inject(Database) db: Database) {
    this.writer = new ProgressWriter(db);
  }

  /** @throws AppError `progress-event-incomplete` (bug) when the event lacks unit, receivedDay, procedure or state: it is kept as rejected */
  @EventPattern('*', busTransport(PROGRESS_GROUP))
  async onDossierEvent(@Payload() event: BusRecord): Promise<void> {
    const { unit, dossierId, seq, data } = event;
    const { receivedDay: day, procedure, state } = data;
    if (!isText(unit) || !isText(day) || !isText(procedure) || !isText(state) || dossierId === null || seq === null) {
      throw new AppError({
        code: 'progress-event-incomplete',
        disposition: 'bug',
        detail: `${event.type} lacks unit, receivedDay, procedure or state`,
      });
    }
    await this.writer.write({ dossierId, unit, day, procedure, state, seq });
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
