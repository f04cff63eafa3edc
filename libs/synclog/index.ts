export { SYNC_LOG_KINDS, type SyncLogKind } from './domain/kinds';
export {
  isLoggableCode,
  SYNC_LOG_DETAIL_KEYS,
  type SyncLogDetail,
  type SyncLogDetailKey,
  type SyncLogDetailValue,
} from './domain/detail';
export { leafHash, type SyncLogActor, type SyncLogEntryInput } from './domain/entry';
export { createSyncLog, type AppendedEntry, type SyncLog } from './app/append-entries';
export {
  inContractOrder,
  saltedDigest,
  verifyReceipt,
  type Receipt,
  type SaltedDigest,
} from './receipts/domain/receipt';
export { checkReceipt, type Finding, type ReceiptFindings } from './receipts/domain/check-receipt';
export { issueReceipt, type ReceiptInput } from './receipts/app/issue-receipt';
export { checkpointFile } from './sealing/adapters/checkpoint-file';
export { ensureLogKey, fileLogKey } from './sealing/adapters/file-log-key';
export { readNewestCheckpoint } from './sealing/adapters/tree-store';
export { proveEntry } from './sealing/app/prove-entry';
export { readResource } from './sealing/app/read-resource';
export { Sealer } from './sealing/app/sealer';
export { parseTilePath } from './tlog/tiles';
export { findReceiptLeaf } from './receipts/adapters/receipt-leaf';
export { findReceipt } from './receipts/adapters/receipt-store';
export type { PublicJwk, SigningKeys } from './receipts/signing-keys';
export { ensureSigningKey, fileSigningKeys, type FileSigningKeys } from './receipts/adapters/file-signing-keys';
