export * from './domain/event-record';
export { EVENT_SOURCE } from './domain/cloud-event';
export { PARTITIONS, partitionOf } from './domain/partition-of';
export * from './ports';
export * from './app/append-to-outbox';
export * from './app/read-event-log';
export * from './app/relay';
export * from './app/sequence-batch';
export * from './app/sequencer-loop';
