import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type BusRecord } from '#bus';
import { BusExceptionFilter, busTransport } from '#bus/nest';
import { Doorbell } from '#platform';

export const FEED_GROUP = 'feed-notifier';

/** Wakes those who wait at the end of the feed, in every gateway: the doorbell carries it from the one that got the record to the others. */
@Controller()
@UseFilters(BusExceptionFilter)
export class FeedNotifierController {
  constructor(@Inject(Doorbell) private readonly doorbell: Doorbell) {}

  @EventPattern('*', busTransport(FEED_GROUP))
  onAnyEvent(@Payload() _event: BusRecord): void {
    this.doorbell.ring('feed');
  }
}
