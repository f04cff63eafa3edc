import { readFaultRule } from '../faults/fault-rule';
import type { SystemId } from '../server/systems';
import { SCENARIOS, scenarioFaults } from './scenarios';

const OPERATIONS: Readonly<Record<SystemId, readonly string[]>> = {
  dvclt: ['acknowledge', 'status'],
  hotich: ['nhanHoSoDKHT', 'layKetQuaDKHT'],
  dvcqg: ['DongBoHoSoMC', 'CapNhatTienDoHoSoMC'],
  onestop: ['tiepNhanHoSo', 'capNhatTrangThai'],
};

describe('scenarios', () => {
  it.each(SCENARIOS)('%s switches on only faults that exist, in either half of its cases', (scenario) => {
    const faults = [0, 1].flatMap((index) => scenarioFaults(scenario, index));
    const read = faults.map((fault) => readFaultRule(fault, (system) => OPERATIONS[system]).switch);
    expect(read).toEqual(faults.map((fault) => fault.switch));
  });

  it('hides a commit in each of the seven writes', () => {
    const writes = scenarioFaults('hidden-commit', 0).map((fault) => `${fault.system} ${fault.operation}`);
    expect(new Set(writes).size).toBe(7);
  });
});
