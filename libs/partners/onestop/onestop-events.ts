import type { DecisionSource, EventRow } from '#intake';
import { AppError } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf } from '../config/partner-config';
import { readFailure } from '../http/partner-call';
import { integerOf } from '../wire/fields';
import { eventRow } from './event-row';
import type { OneStopCalls } from './onestop-calls';

/** A one-stop may answer more rows than were asked for; so many more are no page of decisions. */
const MAX_ROWS = 10_000;

/** `suKien`: the officers' decisions by position, for `decisions: poll` (CONTRACTS §1.1). */
export class OneStopEvents implements DecisionSource {
  readonly id = 'onestop';

  constructor(
    private readonly deps: AdapterDeps,
    private readonly calls: OneStopCalls,
  ) {}

  /** @throws AppError `onestop.events-unreadable` or a failure of the wire, disposition `retry` */
  async list(
    after: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ rows: readonly EventRow[]; next: number | null }> {
    const url = `${urlOf(this.deps.config, 'events')}?sauViTri=${after}&soLuong=${limit}`;
    const reply = await this.calls.call({ method: 'GET', url, isWrite: false }, signal);
    if (reply.kind === 'failed') throw readFailure(reply.result);
    const rows = reply.json['duLieu'] === null ? [] : reply.json['duLieu'];
    if (reply.httpStatus >= 300 || !Array.isArray(rows) || rows.length > MAX_ROWS)
      throw new AppError({ code: 'onestop.events-unreadable', disposition: 'retry' });
    return { rows: rows.map(eventRow), next: integerOf(reply.json['viTriTiep']) ?? null };
  }

  read(raw: Buffer): EventRow {
    return eventRow(JSON.parse(raw.toString('utf8')) as unknown);
  }
}
