/** Injection tokens of what has no class of its own. */
export const CLOCK = Symbol('clock');
export const LOG = Symbol('log');
export const METRICS = Symbol('metrics');
export const SIGNING_KEYS = Symbol('signing keys');
export const LOG_VERIFIER_KEY = Symbol('verifier key of the sync log');
export const WITNESSES = Symbol('witnesses of the sync log');
export const ADDRESS_DIGEST = Symbol('address digest');
export const BUS = Symbol('bus');
export const OPENAPI = Symbol('openapi');
export const CAUSES = Symbol('causes of dead letters');
export const QUARANTINE_CAUSES = Symbol('causes of quarantine');
export const INTAKE = Symbol('intake');
