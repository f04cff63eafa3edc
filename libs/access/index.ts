export * from './vault/ports';
export { createVault, type VaultOptions } from './vault/vault';
export { fileMasterKeys } from './vault/adapters/file-master-keys';
export { ensureMasterKey } from './vault/adapters/master-key-file';
export { objectPlaces } from './vault/adapters/object-places';
export { CheckObjects, type ObjectsReport } from './vault/app/check-objects';
export { MoveOutside } from './vault/app/move-outside';
export { noteCurrentMasterKey } from './vault/app/note-master-key';
export { countToRewrap } from './vault/app/count-to-rewrap';
export { readVaultStatus, type VaultStatus } from './vault/app/read-vault-status';
export { removeErased } from './vault/app/remove-erased';
export { requireOwnStore } from './vault/app/require-own-store';
export { retireMasterKey } from './vault/app/retire-master-key';
export { OwnerKeyRewrap } from './vault/app/rewrap-owner-keys';
export { adoptMasterKey, prepareMasterKey, rotateMasterKey, type MasterKeyChange } from './vault/app/rotate-master-key';
export { OrphanSweep } from './vault/app/sweep-orphans';
export { hashSecret, verifySecret } from './identity/app/secret-hash';
export { FEED_READ } from './identity/domain/feed-read';
export { ROLES, ROLES_OF_PEOPLE, type Role } from './identity/domain/roles';
export { WindowLimiter } from './identity/domain/window-limiter';
export { findClient, insertClient, listClients, listMachinesWithRoles } from './identity/adapters/client-store';
export { bindAnswer, findBoundAnswer } from './identity/adapters/bound-answers';
export { answerOnce, answeredBefore } from './identity/app/answer-once';
export {
  APPROVAL_TTL_MS,
  REQUEST_STATES,
  requestState,
  secondPersonRefusal,
  withdrawalRefusal,
  type RequestRefusal,
  type RequestState,
  type SecondPersonRequest,
} from './identity/domain/second-person';
export { requestRefused } from './identity/app/request-refused';
export { rightOfClient } from './identity/app/client-right';
export { LogIn, type LogInOptions } from './identity/app/log-in';
export { tokenVerifier, type TokenKeys } from './identity/app/access-token';
export { Authenticate, type Shown } from './identity/app/authenticate';
export { findClientOfCertificate, markCertificateUsed } from './identity/adapters/certificate-store';
export type { CredentialJournal } from './identity/app/credential-change';
export { ManageCertificates, subjectText } from './identity/app/manage-certificates';
export { ManageSecrets } from './identity/app/manage-secrets';
export { RequestQuota } from './identity/app/request-quota';
export { setQuota } from './identity/app/set-quota';
export type {
  Client,
  ClientWithSecret,
  LogInJournal,
  LogInRecord,
  Principal,
  Quota,
  ShownCertificate,
} from './identity/ports';
export { findAccountName, listAccounts } from './people/adapters/account-store';
export { readChange, readChanges } from './people/adapters/access-change-store';
export { limitsOf } from './people/adapters/access-detail';
export { peopleJournal } from './people/adapters/people-journal';
export { openIdProvider } from './people/adapters/openid-provider';
export { changePassword } from './people/app/change-password';
export { CheckSession } from './people/app/check-session';
export { confirmChange, declineChange } from './people/app/confirm-change';
export { sweepAccounts } from './people/app/disable-idle-accounts';
export { endSession } from './people/app/end-session';
export { beginTotp, confirmTotp } from './people/app/enrol-totp';
export { LogInPerson } from './people/app/log-in-person';
export { OidcLogIn } from './people/app/oidc-log-in';
export { PasswordCheck } from './people/app/password-check';
export type { PeopleOptions } from './people/app/people-options';
export type { ActingAdministrator } from './people/app/acting-administrator';
export { proposeChange, type Proposal } from './people/app/propose-change';
export { reviewAccount } from './people/app/review-account';
export { secretSeal, type SecretSeal } from './people/app/sealed-secret';
export { csrfToken } from './people/app/session-token';
export { toldAccount, type ToldAccount } from './people/app/told-account';
export { toldChange, type ToldChange } from './people/app/told-change';
export { newTotpSecret } from './people/app/totp';
export { ASKABLE_KINDS, CHANGE_KINDS, type ChangeContent, type ChangeKind } from './people/domain/access-change';
export type { OpenedSession, PeopleJournal, PersonEvent, SessionFacts } from './people/ports';
export { createFileTokens, type FileTokens, type FileToIssue } from './files/file-tokens';
export type { UsedFileToken } from './files/file-token-store';
