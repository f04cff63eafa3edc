/** Ids of the outside systems, as in `config/partners/<id>.yaml` (CONTRACTS §1.1). */
export type PartnerId = 'dvclt' | 'hotich' | 'dvcqg' | 'onestop';
export const PARTNER_IDS: readonly PartnerId[] = ['dvclt', 'hotich', 'dvcqg', 'onestop'];

/** What we do at each partner; the adapters know the wire names. */
export interface PartnerOperations {
  dvclt: 'acknowledge-receipt' | 'push-status';
  onestop: 'hand-over-dossier' | 'report-status';
  hotich: 'submit-registration';
  dvcqg: 'sync-dossier' | 'append-progress';
}
export type Operation = PartnerOperations[PartnerId];
