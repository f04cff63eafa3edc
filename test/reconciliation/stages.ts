import { FiledCase, type CaseFault, type CaseOrder } from '../journeys/branches/filed-case';
import type { Installation } from '../support/installation';

/** A place on the way where a dossier comes to rest. */
interface Stage {
  order: CaseOrder;
  faults?: readonly CaseFault[];
  /** What is done by hand, and until what. */
  play?(one: FiledCase): Promise<void>;
  state: string;
  /** Something for a partner waits there for good. */
  isUnsettled?: boolean;
}

async function withRegistry(one: FiledCase): Promise<void> {
  await one.untilEvent('registration.submitted');
  await one.untilConfirmed('oneStop', 4);
}

/** Every stage of both journeys, and every end. */
const STAGES = {
  received: {
    order: { kind: 'birth' },
    faults: [{ system: 'onestop', operation: 'tiepNhanHoSo', switch: 'quota', value: 5 }],
    state: 'received',
    isUnsettled: true,
  },
  onDesk: { order: { kind: 'birth', script: { oneStop: ['hold'] } }, state: 'with-one-stop' },
  feeAwaited: {
    order: { kind: 'death', script: { oneStop: ['require-fee', 'hold'] } },
    play: (one) => one.untilConfirmed('portal', 6),
    state: 'with-one-stop',
  },
  askedByOneStop: {
    order: { kind: 'death', script: { oneStop: ['request-supplement'], citizen: [] } },
    state: 'awaiting-supplement',
  },
  askedByRegistry: {
    order: { kind: 'birth', script: { registry: ['supplement', 'hold'], citizen: [] } },
    play: (one) => one.untilConfirmed('oneStop', 5),
    state: 'awaiting-supplement',
  },
  birthWithRegistry: {
    order: { kind: 'birth', script: { registry: ['hold'] } },
    play: withRegistry,
    state: 'with-registry',
  },
  deathWithRegistry: {
    order: { kind: 'death', script: { registry: ['processing', 'hold'] } },
    play: withRegistry,
    state: 'with-registry',
  },
  registered: { order: { kind: 'death', script: { oneStop: ['accept', 'hold'] } }, state: 'registered' },
  refusedByOneStop: { order: { kind: 'birth', script: { oneStop: ['refuse'] } }, state: 'refused' },
  refusedByRegistry: { order: { kind: 'death', script: { registry: ['processing', 'refused'] } }, state: 'refused' },
  withdrawnEarly: { order: { kind: 'birth', script: { oneStop: ['withdraw'] } }, state: 'withdrawn' },
  withdrawnLate: {
    order: { kind: 'death', script: { registry: ['hold'] } },
    async play(one) {
      await withRegistry(one);
      await one.untilConfirmed('dvclt', 7);
      await one.decide('withdraw');
    },
    state: 'withdrawn',
  },
  stopped: { order: { kind: 'death', script: { oneStop: ['stop'] } }, state: 'stopped' },
  supplemented: { order: { kind: 'birth', script: { oneStop: ['request-supplement'] } }, state: 'finished' },
  firstBirth: { order: { kind: 'birth' }, state: 'finished' },
  secondBirth: { order: { kind: 'birth' }, state: 'finished' },
  firstDeath: { order: { kind: 'death' }, state: 'finished' },
  secondDeath: { order: { kind: 'death' }, state: 'finished' },
} satisfies Record<string, Stage>;

export type StageName = keyof typeof STAGES;

/** Files a dossier for each stage and waits until it has come to rest there. */
export async function fileStages(installation: Installation, seed: number): Promise<Record<StageName, FiledCase>> {
  const filed = await Promise.all(
    Object.entries<Stage>(STAGES).map(async ([name, stage], at) => {
      const { order, faults } = stage;
      const [one] = await FiledCase.file(installation, order, { seed: seed + at, ...(faults ? { faults } : {}) });
      return [name, stage, one] as const;
    }),
  );
  await Promise.all(filed.map(([, stage, one]) => atRest(one, stage)));
  return Object.fromEntries(filed.map(([name, , one]) => [name, one])) as Record<StageName, FiledCase>;
}

async function atRest(one: FiledCase, { play, state, isUnsettled = false }: Stage): Promise<void> {
  await play?.(one);
  await one.until(async () => {
    const dossier = await one.dossier();
    return dossier?.state === state && (isUnsettled || dossier.pendingDeliveries === 0);
  }, `${state}, with nothing under way`);
}
