import { Module, type DynamicModule } from '@nestjs/common';
import { Database } from '#platform';
import type { Foundation } from './foundation';
import { ProgressByDayController } from './subscribers/progress-by-day.controller';

/** Subscribers of the bus that Nest dispatches to; the hot loops are plain classes beside it. */
@Module({})
export class WorkerModule {
  static with(foundation: Foundation): DynamicModule {
    return {
      module: WorkerModule,
      controllers: [ProgressByDayController],
      providers: [{ provide: Database, useValue: foundation.db }],
    };
  }
}
