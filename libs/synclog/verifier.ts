/** Second door of the library: the offline verifier. Kept apart because it depends on nothing but Node and the log's format. */
export { serveRanges } from './verifier/adapters/thread-ranges';
export { runVerifier } from './verifier/program/run';
