import type { DossierStateName } from './events';
import type { DvcltStatus, PortalStatus, RegistryStatus } from './statuses';

/** The fold of a dossier's journal (kept as JSON beside it: plain values only, instants as RFC 3339 text). */
export interface DossierState {
  id: string;
  procedure: string;
  module: 'KS' | 'KT';
  procedureCode: string;
  localProcedureCode: string;
  unit: string;
  state: DossierStateName;
  attention: boolean;
  /** Who refused it, or told that it was withdrawn or stopped; absent before, and when the result was handed over. */
  endedBy?: 'one-stop' | 'registry';
  /** Journal number of the last event folded in. */
  version: number;
  source: 'dvclt' | 'onestop';
  codes: { dvclt: string; oneStop?: string; registry: string[] };
  receivedAt: string;
  dueAt: string;
  updatedAt: string;
  contentRef: string;
  /** Digests of every content we hold of this dossier, oldest first (a repeat of any is a duplicate). */
  contentDigests: string[];
  /** Supplement rounds received. */
  round: number;
  /** What is awaited. `isOverdue`: a person has been called because the deadline passed. */
  supplement?: { by: 'one-stop' | 'registry'; deadline: string; officerRef?: string; isOverdue?: boolean };
  resultRef?: string;
  /** Note of the last decision of the one-stop: fills what a later authority leaves empty (CONTRACTS §1.2 *DVCLT status*). */
  decisionOfficerRef?: string;
  /** Journal number of the last decision of the one-stop that has a number of its own. */
  oneStopDecidedSeq?: number;
  statuses: { oneStop?: PortalStatus; dvclt?: DvcltStatus; registry?: RegistryStatus; portal?: PortalStatus };
  /** True from the moment a portal answer proves that it holds the dossier. */
  portalKnown: boolean;
  /** The state of now as the portal and the one-stop number it. */
  portalStatus: PortalStatus;
  /** `askedAt`: when hộ tịch asked for the supplement that a re-push answers (RFC 3339, its clock). */
  registry: { submitted: boolean; resubmitAwaited: boolean; askedAt?: string };
  legs: LegState[];
}

/** A leg: the part of a dossier that one authority decides. */
export interface LegState {
  leg: string;
  authority: string;
  state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
  since: string;
  dueAt?: string;
}
