import type { PipeTransform } from '@nestjs/common';
import { AppError } from '#platform';

/** As in config/webhooks.schema.json. */
const WEBHOOK_ID = /^[a-z][a-z0-9-]{1,40}$/;

/** Id of a webhook in a path; what cannot be one is as unknown as one that nobody has configured. */
export class WebhookIdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value === 'string' && WEBHOOK_ID.test(value)) return value;
    throw new AppError({
      code: 'webhook-unknown',
      disposition: 'refuse',
      status: 404,
      detail: 'no webhook with this id',
    });
  }
}
