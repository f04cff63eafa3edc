import type { Check } from './check';
import { checkAttempts } from './checks/attempts';
import { checkCodes } from './checks/codes';
import { checkColumns } from './checks/columns';
import { checkConfirmations } from './checks/confirmations';
import { checkDvcltOrder } from './checks/dvclt-order';
import { checkEffects } from './checks/effects';
import { checkInMotion } from './checks/in-motion';
import { checkJournal } from './checks/journal';
import { checkLaneOrder } from './checks/lane-order';
import { checkLaneState } from './checks/lane-state';
import { checkLegalSteps } from './checks/legal-steps';
import { checkMessages } from './checks/messages';
import { checkPayloads } from './checks/payloads';
import { checkPersonCalled } from './checks/person-called';
import { checkPlannedDeliveries } from './checks/planned-deliveries';
import { checkProjection } from './checks/projection';
import { checkPublishedEvents } from './checks/published-events';
import { checkRegistryWatch } from './checks/registry-watch';
import { checkRouting } from './checks/routing';
import { checkSettlement } from './checks/settlement';
import { checkSyncLog } from './checks/sync-log';
import { checkTimers } from './checks/timers';

/** Everything that is asked of one dossier. What needs whole tables stands in adapters/table-checks.ts. */
export const ALL_CHECKS: readonly Check[] = [
  checkJournal,
  checkPublishedEvents,
  checkProjection,
  checkColumns,
  checkCodes,
  checkMessages,
  checkLegalSteps,
  checkRouting,
  checkPlannedDeliveries,
  checkTimers,
  checkLaneOrder,
  checkLaneState,
  checkSettlement,
  checkAttempts,
  checkConfirmations,
  checkDvcltOrder,
  checkPersonCalled,
  checkRegistryWatch,
  checkSyncLog,
  checkPayloads,
  checkInMotion,
  checkEffects,
];
