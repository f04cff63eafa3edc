/** Second door of the library: the drivers, with their client library. Kept apart so that who only stores events does not load it. */
export { brokerReady, ensureTopics, CHECKPOINTS_TOPIC, EVENTS_TOPIC } from './adapters/kafka/kafka-admin';
export { CheckpointTopic } from './adapters/kafka/checkpoint-topic';
export * from './adapters/create-bus';
