export { CATALOGUE, VIOLATION_CODES, type ViolationCode } from './domain/catalogue';
export type { VerificationReport } from './domain/report';
export { VIOLATION_KINDS, type Violation, type ViolationKind } from './domain/violation';
export { inspectState, verifyState, type VerifyOptions } from './app/verify-state';
