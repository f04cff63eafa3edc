import { isDeeperThan } from '#platform';
import type { DomainEventRecord, EventCodes } from './event-record';

/** What came out of one place in the stream: an event, or the reason why it is none. The reason names a part, never its content. */
export type Readable = { record: DomainEventRecord } | { reason: string };

/** The parts of an event as they arrived, not yet believed. */
export interface UncheckedEvent {
  eventId: unknown;
  type: unknown;
  at: unknown;
  dossierId: unknown;
  seq: unknown;
  unit: unknown;
  codes: unknown;
  data: unknown;
  traceparent?: string | undefined;
}

/** Codes, statuses, digests and references: two or three levels. What is deeper cannot be written down again. */
const MAX_DATA_DEPTH = 32;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TYPE = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/;

const CHECKS: readonly [part: keyof UncheckedEvent, isRight: (value: unknown) => boolean][] = [
  ['eventId', isUuid],
  ['type', (value) => typeof value === 'string' && TYPE.test(value)],
  ['at', (value) => value instanceof Date && !Number.isNaN(value.getTime())],
  ['dossierId', isUuid],
  ['seq', (value) => Number.isSafeInteger(value) && (value as number) > 0],
  ['unit', (value) => value === null || typeof value === 'string'],
  ['codes', isCodes],
  ['data', isData],
];

/** The one check of every driver. `data` loses the members `codes` and `unit`, which the wire form uses itself. */
export function readableRecord(event: UncheckedEvent): Readable {
  const wrong = CHECKS.find(([part, isRight]) => !isRight(event[part]));
  if (wrong) return { reason: `${wrong[0]} is missing or malformed` };
  const checked = event as unknown as DomainEventRecord;
  const { codes: _codes, unit: _unit, ...data } = checked.data;
  const { eventId, type, at, dossierId, seq, unit, codes, traceparent } = checked;
  return {
    record: {
      eventId,
      type,
      at,
      dossierId,
      seq,
      unit,
      codes,
      data,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
  };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isData(value: unknown): boolean {
  return isPlainObject(value) && !isDeeperThan(value, MAX_DATA_DEPTH);
}

function isUuid(value: unknown): boolean {
  return typeof value === 'string' && UUID.test(value);
}

function isCodes(value: unknown): value is EventCodes {
  if (!isPlainObject(value)) return false;
  const { dvclt, oneStop, registry } = value;
  return isTextOrAbsent(dvclt) && isTextOrAbsent(oneStop) && (registry === undefined || isTexts(registry));
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
