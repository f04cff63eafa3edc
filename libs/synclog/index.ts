export { SYNC_LOG_KINDS, type SyncLogKind } from './domain/kinds';
export { KIND_SECTIONS, undescribed, type KindSection } from './domain/kind-facts/catalogue';
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
export {
  loadedConfiguration,
  recordConfiguration,
  recordConfigurationOnceThere,
} from './configuration/app/record-configuration';
export { httpWitness } from './cosigning/adapters/http-witness';
export { loadWitnesses } from './cosigning/adapters/load-witnesses';
export { Cosigning } from './cosigning/app/cosigning';
export { readSilence, readWitnessed } from './cosigning/app/read-witnessed';
export type { Witness } from './cosigning/domain/witness';
export { archiveMonths, type ArchivedMonths, type ArchiveOrder } from './archive/app/archive-months';
export { folderArchive, settleFolder } from './archive/adapters/folder-archive';
export { makeMonths, measureMonths } from './archive/adapters/month-store';
export { withoutArchive } from './archive/app/without-archive';
export type { LogSource } from './archive/ports';
export { bundleFolder } from './export/adapters/bundle-folder';
export { exportBundle } from './export/app/export-bundle';
export { checkpointFile } from './sealing/adapters/checkpoint-file';
export { dropPreviousKeys, ensureLogKey, fileLogKeys, logKeyFiles } from './keys/adapters/file-log-keys';
export { rotateLogKey, type RotatedKey } from './keys/app/rotate-log-key';
export { publishedChain, type LogKeys } from './keys/log-key-ring';
export { keyChainText } from './tlog/key-chain';
export { readNewestCheckpoint } from './sealing/adapters/tree-store';
export { proveEntry } from './sealing/app/prove-entry';
export { readResource } from './sealing/app/read-resource';
export { Sealer } from './sealing/app/sealer';
export { parseTilePath } from './tlog/tiles';
export { findEntries, type FoundEntry } from './search/app/find-entries';
export { gatherEvidence } from './search/app/gather-evidence';
export { readNumbered } from './search/app/read-numbered';
export { readSealedSize } from './search/adapters/posting-store';
export { searchEntries } from './search/app/search-entries';
export { csvHead, csvLine, jsonLine } from './search/domain/export-lines';
export type { LoggedEntry } from './search/domain/logged-entry';
export type { Facet, SearchFilter, Term } from './search/domain/search-filter';
export { findReceiptLeaf } from './receipts/adapters/receipt-leaf';
export { findReceipt } from './receipts/adapters/receipt-store';
export type { PublicJwk, SigningKeys } from './receipts/signing-keys';
export { ensureSigningKey, fileSigningKeys, type FileSigningKeys } from './receipts/adapters/file-signing-keys';
export { ensureWitnessKey, fileWitnessKey } from './witness/adapters/file-witness-key';
export { FileWitnessStore } from './witness/adapters/file-witness-store';
export { witnessServer } from './witness/adapters/witness-server';
export { forgetKey, trustLog, trustNextKey } from './witness/app/trust-log';
