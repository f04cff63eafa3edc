export type { PrivacyDeps, Viewer, ActingViewer } from './ports';
export {
  KINDS,
  LABELS,
  labelsOn,
  labelledNames,
  type FieldLabel,
  type Kind,
  type Label,
  type LabelList,
} from './domain/labels';
export { OWN_FIELDS, personalData } from './domain/own-fields';
export { withoutValues } from './domain/mask';
export type { ContentField, ContentFile } from './domain/content-fields';
export { numbersInContent, numbersInResult } from './domain/identity-numbers';
export { REQUEST_KINDS, type RequestKind } from './domain/person-request';
export type { Purpose, PurposePolicy } from './domain/purposes';
export { labelsReference } from './domain/labels-reference';
export { loadLabels, loadPurposes } from './adapters/load-personal-data';
export { indexPersons, type FoundDossier, type PersonsOfDossier } from './adapters/person-index';
export { personalValues, showContent, type MaskedContent } from './app/show-content';
export { revealFields, type Reveal } from './app/reveal-fields';
export { revealFile, type RevealedFile } from './app/reveal-file';
export { searchPerson } from './app/search-person';
export {
  askPersonRequest,
  listPersonRequests,
  showPersonRequest,
  type ToldPersonRequest,
} from './app/ask-person-request';
export { approvePersonRequest } from './app/approve-person-request';
export { withdrawPersonRequest } from './app/withdraw-person-request';
export { indexStored } from './app/index-stored';
export { takeExport, type PersonExport } from './app/take-export';
export { approveLegalLift, listLegalHolds, placeLegalHold, requestLegalLift, type ToldHold } from './app/legal-holds';
