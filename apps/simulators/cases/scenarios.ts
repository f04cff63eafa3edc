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
}

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
 */
export function scenarioFaults(scenario: Scenario, index: number): readonly ScenarioFault[] {
  return FAULTS[scenario]?.(index) ?? [];
}

const FAULTS: Partial<Record<Scenario, (index: number) => readonly ScenarioFault[]>> = {
  'lost-ack': (index) => [
    {
      system: 'dvclt',
      operation: 'acknowledge',
      switch: 'ackLost',
      value: index % 2 === 0 ? 'after' : 'before',
      nth: 1,
    },
  ],
  'duplicate-list': () => [{ system: 'dvclt', operation: 'acknowledge', switch: 'relistSame', nth: 1 }],
  'status-out-of-order': () => [
    { system: 'dvclt', operation: 'status', switch: 'orderStrict', nth: 2 },
    { system: 'dvclt', operation: 'status', switch: 'terminalConflict', until: 5 },
    { system: 'dvclt', operation: 'status', switch: 'textVariant', value: 'case' },
  ],
  'repeat-push': () => [
    { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'repeatIsError', nth: 1 },
    { system: 'dvcqg', operation: 'DongBoHoSoMC', switch: 'repeatIsError', nth: 1 },
  ],
  'no-file': () => [{ system: 'hotich', operation: 'layKetQuaDKHT', switch: 'fileLateAfter', value: 3 }],
  'token-death': () => [
    { system: 'dvclt', operation: 'status', switch: 'tokenEarlyDeath', nth: 1 },
    { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'tokenEarlyDeath', nth: 1 },
    { system: 'dvcqg', operation: 'DongBoHoSoMC', switch: 'tokenDeadIn200', nth: 1 },
    { system: 'onestop', operation: 'capNhatTrangThai', switch: 'tokenEarlyDeath', nth: 1 },
  ],
  noise: () => onEachWrite('noise', ['html', 'soap', 'text']),
  'hidden-commit': (index) =>
    onEachWrite('hiddenCommit', index % 2 === 0 ? ['drop', '502', 'html'] : ['html', 'drop', '502']),
  'slow-drip': () => [{ system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'slowMs', value: 30_000, nth: 1 }],
  quota: () => WRITES.map(([system, operation]) => ({ system, operation, switch: 'quota', value: 1, until: 2 })),
};
