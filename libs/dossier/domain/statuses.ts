/** One typed enumeration per system: "3" and "4" mean different things in each (reference codes-and-statuses.md §7, §9). */

/** One-stop and national portal, MC 1-10 (codes-and-statuses.md §7.1). */
export enum PortalStatus {
  NewlyFiled = 1,
  Received = 2,
  NotReceived = 3,
  Processing = 4,
  SupplementRequired = 5,
  FeeRequired = 6,
  Withdrawn = 7,
  Stopped = 8,
  Processed = 9,
  ResultReturned = 10,
}

/** DVCLT `trangThai`, LT 1-7 (codes-and-statuses.md §7.2). */
export enum DvcltStatus {
  ReceivedByProvince = 1,
  SupplementRequired = 2,
  AcceptedByOneStop = 3,
  RegistrationCompleted = 4,
  ResultReturned = 5,
  Refused = 6,
  PassedToRegistry = 7,
}

/** hộ tịch poll `trangThai` (codes-and-statuses.md §7.3). */
export enum RegistryStatus {
  WaitingForAcceptance = 1,
  SupplementRequired = 2,
  InProcess = 3,
  Completed = 4,
  Refused = 6,
}

/** The order DVCLT enforces on the straight path; 2 and 6 are branches (dvclt.md §5). */
export const DVCLT_PATH: readonly DvcltStatus[] = [
  DvcltStatus.ReceivedByProvince,
  DvcltStatus.AcceptedByOneStop,
  DvcltStatus.PassedToRegistry,
  DvcltStatus.RegistrationCompleted,
  DvcltStatus.ResultReturned,
];
