export { freePort } from '../../apps/cli/stack/free-port';
export { fixedClock, type FixedClock } from './fixed-clock';
export { assertLaw, LAW_SEED, lawRun } from './law';
export { certificateFolder, type CertificateFolder } from './sample-certificates';
export { seededRandom } from './seeded-random';
export { temporaryDir } from './temporary-dir';
export { testDatabase, type TestDatabase } from './test-database';
export { ownKafka, testKafka, type OwnKafka } from './test-kafka';
export { until } from './until';
