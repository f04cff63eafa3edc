export { createAxiosHttp } from './http/axios-http';
export type { HttpPort } from './http/http-port';
export { createPartners, type Partners, type PartnersOptions } from './create-partners';
export { recordedAnswerOf, recordedJudge, type RecordedAnswer, type RecordedJudge } from './replies/judge-recorded';
export { loadPartnerConfigs } from './config/load-partners';
export { policyOf, type PartnerConfig } from './config/partner-config';
export { MAX_CODES_PER_LOOK_UP, type OneStopReads, type OneStopRow } from './onestop/onestop-reads';
export { filesOf as readFileObjects } from './dvclt/decode/detail-files';
export { Undecodable } from './dvclt/decode/undecodable';
