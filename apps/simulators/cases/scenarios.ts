import type { SystemId } from '../server/systems';

/** The names of CONTRACTS §5. */
export const SCENARIOS = [
  'happy-path',
  'lost-ack',
  'duplicate-list',
  'supplement',
  'refusal',
  'status-out-of-order',
  'repeat-push',
  'no-file',
  'token-death',
  'noise',
  'hidden-commit',
  'two-level-reform',
  'large-files',
  'catalogue-mismatch',
  'slow-drip',
  'quota',
  'poison-first',
  'twins',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** A fault that a scenario switches on for each of its dossiers. */
export interface ScenarioFault {
  readonly system: SystemId;
  readonly operation: string;
  readonly switch: string;
  readonly value?: unknown;
  readonly nth?: number;
  readonly until?: number;
  /** Concerns calls that name no dossier, such as a log-in: the rule gets no code. */
  readonly isWide?: boolean;
}

/** Every write of the four systems (quirks.md §4). */
const WRITES: readonly (readonly [SystemId, string])[] = [
  ['dvclt', 'acknowledge'],
  ['dvclt', 'status'],
  ['hotich', 'nhanHoSoDKHT'],
  ['dvcqg', 'DongBoHoSoMC'],
  ['dvcqg', 'CapNhatTienDoHoSoMC'],
  ['onestop', 'tiepNhanHoSo'],
  ['onestop', 'capNhatTrangThai'],
];

const onEachWrite = (name: string, values: readonly unknown[]): ScenarioFault[] =>
  WRITES.map(([system, operation], index) => ({
    system,
    operation,
    switch: name,
    value: values[index % values.length],
    nth: 1,
  }));

/**
 * The switches of a scenario (quirks.md §3); scenarios without an entry are made by content or by the officers.
 * @param index number of the case in its order, so that both sides of a switch occur
 * @param unit commune of the case, 5 digits
 */
export function scenarioFaults(scenario: Scenario, index: number, unit: string): readonly ScenarioFault[] {
  return FAULTS[scenario]?.(index, unit) ?? [];
}

type FaultsOf = (index: number, unit: string) => readonly ScenarioFault[];

const acknowledge = { system: 'dvclt', operation: 'acknowledge' } as const;
const status = { system: 'dvclt', operation: 'status' } as const;
const push = { system: 'hotich', operation: 'nhanHoSoDKHT' } as const;
const poll = { system: 'hotich', operation: 'layKetQuaDKHT' } as const;
const synchronise = { system: 'dvcqg', operation: 'DongBoHoSoMC' } as const;

const tokenDeath: FaultsOf = (index) => [
  { ...status, switch: 'tokenEarlyDeath', nth: 1 },
  { ...push, switch: 'tokenEarlyDeath', nth: 1 },
  { ...synchronise, switch: 'tokenDeadIn200', nth: 1 },
  { system: 'onestop', operation: 'capNhatTrangThai', switch: 'tokenEarlyDeath', nth: 1 },
  // The next log-ins tell their end in other forms; once for the whole order.
  ...(index === 0
    ? ([
        { system: 'hotich', operation: 'token', switch: 'expiresVariant', value: 'epoch', until: 1, isWide: true },
        { system: 'dvclt', operation: 'token', switch: 'expiresVariant', value: 'text', until: 1, isWide: true },
      ] as const)
    : []),
];

/** The forms in turn over the writes; every fourth case answers one of its writes late. */
const hiddenCommit: FaultsOf = (index) => {
  const forms = [
    ['drop', '502', 'html'],
    ['html', 'drop', '502'],
    ['502', 'html', 'drop'],
  ][index % 3];
  const faults = onEachWrite('hiddenCommit', forms);
  const lateAt = index % 4 === 3 ? index % WRITES.length : -1;
  return faults.map((fault, at) => (at === lateAt ? { ...fault, value: 'late' } : fault));
};

const noFile: FaultsOf = (index) => [
  { ...poll, switch: 'fileLateAfter', value: ['file:3', 'result:3', 'number:3'][index % 3] },
];

const quota: FaultsOf = () => [
  ...WRITES.map(([system, operation]) => ({ system, operation, switch: 'quota', value: 1, until: 2 })),
  { system: 'onestop', operation: 'decision', switch: 'clientStorm', value: { periodMs: 500, rounds: 10 }, nth: 1 },
];

const twoLevelReform: FaultsOf = (index, unit) => {
  if (index % 4 === 2) return [{ system: 'dvclt', operation: 'detail', switch: 'emptyArea' }];
  return index % 4 === 3 ? [{ ...push, switch: 'catalogueDrift', value: unit, nth: 1 }] : [];
};

const FAULTS: Partial<Record<Scenario, FaultsOf>> = {
  'lost-ack': (index) => [{ ...acknowledge, switch: 'ackLost', value: index % 2 === 0 ? 'after' : 'before', nth: 1 }],
  'duplicate-list': (index) => [
    { ...acknowledge, switch: 'relistSame', nth: 1 },
    ...(index % 2 === 1 ? [{ ...acknowledge, switch: 'ackLost', value: 'after', nth: 1 }] : []),
  ],
  'status-out-of-order': () => [
    { ...status, switch: 'orderStrict', nth: 2 },
    { ...status, switch: 'terminalConflict', until: 5 },
    { ...status, switch: 'textVariant', value: 'case' },
  ],
  'repeat-push': () => [
    { ...push, switch: 'repeatIsError', nth: 1 },
    { ...synchronise, switch: 'repeatIsError', nth: 1 },
  ],
  'no-file': noFile,
  'token-death': tokenDeath,
  noise: () => [...onEachWrite('noise', ['html', 'soap', 'text']), { ...status, switch: 'errorInOkBody', nth: 2 }],
  'hidden-commit': hiddenCommit,
  'two-level-reform': twoLevelReform,
  'large-files': (index) => (index % 10 === 9 ? [{ ...push, switch: 'maxBytes', value: 8 * 1024 * 1024, nth: 1 }] : []),
  'catalogue-mismatch': (index) => (index % 2 === 1 ? [{ ...push, switch: 'gluedErrors' }] : []),
  'slow-drip': (index) => [{ ...push, switch: 'slowMs', value: index % 2 === 0 ? 'drip:30000' : 'wait:30000', nth: 1 }],
  quota,
};
