import { readFaultRule } from '../faults/fault-rule';
import type { SystemId } from '../server/systems';
import { SCENARIOS, scenarioFaults } from './scenarios';

const OPERATIONS: Readonly<Record<SystemId, readonly string[]>> = {
  dvclt: ['token', 'detail', 'acknowledge', 'status'],
  hotich: ['token', 'nhanHoSoDKHT', 'layKetQuaDKHT'],
  dvcqg: ['DongBoHoSoMC', 'CapNhatTienDoHoSoMC'],
  onestop: ['tiepNhanHoSo', 'capNhatTrangThai', 'decision'],
};

describe('scenarios', () => {
  it.each(SCENARIOS)('%s switches on only faults that exist, in whichever of its cases', (scenario) => {
    const faults = Array.from({ length: 12 }, (_, index) => scenarioFaults(scenario, index, '99001')).flat();
    const read = faults.map((fault) => readFaultRule(fault, (system) => OPERATIONS[system]).switch);
    expect(read).toEqual(faults.map((fault) => fault.switch));
  });

  it('hide a commit in each of the seven writes, and answer one of them late in every fourth case', () => {
    const cases = [0, 1, 2, 3].map((index) => scenarioFaults('hidden-commit', index, '99001'));
    const writes = cases.map((faults) => new Set(faults.map((fault) => `${fault.system} ${fault.operation}`)).size);
    expect(writes).toEqual([7, 7, 7, 7]);
    expect(cases.map((faults) => faults.filter((fault) => fault.value === 'late').length)).toEqual([0, 0, 0, 1]);
    expect(new Set(cases.flat().map((fault) => fault.value))).toEqual(new Set(['drop', '502', 'html', 'late']));
  });
});
