import { NestFactory } from '@nestjs/core';
import { BusServer } from '#bus/nest';
import type { Foundation } from '../foundation';
import { PROGRESS_GROUP } from '../subscribers/progress-by-day.controller';
import { WorkerModule } from '../worker.module';
import type { Role } from './role';

/** Read models: Nest microservice over the bus. */
export function subscribersRole(foundation: Foundation): Role {
  const { bus, log } = foundation;
  let stop: (() => Promise<void>) | undefined;
  return {
    name: 'subscribers',
    start: async () => {
      const app = await NestFactory.createMicroservice(WorkerModule.with(foundation), {
        strategy: new BusServer({ bus, group: PROGRESS_GROUP, log }),
        logger: false,
      });
      await app.listen();
      stop = () => app.close();
    },
    stop: async () => stop?.(),
  };
}
