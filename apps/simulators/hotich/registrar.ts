import { addWorkingDays } from '../server/date-formats';
import { officerDelayMs, type World } from '../world';
import { registrationResult } from './registration-result';
import type { RegistryRecord, RegistryState } from './registry-record';

/** The scripted officer of the civil-status software: takes a dossier up, then completes it, asks or refuses. */
export class Registrar {
  private serial = 0;
  private readonly registeredAs = new Map<string, string>();

  constructor(private readonly world: World) {}

  /** Begins the officer's work on a freshly accepted push. */
  takeUp(record: RegistryRecord): void {
    const delayMs = officerDelayMs(this.world);
    const push = record.pushes;
    // One timer after the other: two that are due in the same late tick may fire in any order.
    this.world.timers.after(delayMs / 2, () => {
      this.step(record, push, 3);
      this.world.timers.after(delayMs / 2, () => this.step(record, push, this.decision(record)));
    });
  }

  /** Sets the state of a record and writes it to the ledger. */
  enter(record: RegistryRecord, state: RegistryState): void {
    record.state = state;
    record.changedAtMs = this.world.now();
    this.world.ledger.record('hotich', 'status', record.oneStopCode, state);
  }

  private step(record: RegistryRecord, push: number, state: RegistryState): void {
    if (record.pushes !== push) return;
    if (state === 4) this.register(record);
    if (state === 2) record.deadlineAtMs = addWorkingDays(this.world.now(), 7);
    record.note = NOTES[state];
    this.enter(record, state);
  }

  private decision(record: RegistryRecord): RegistryState {
    const simCase = this.world.cases.find(record.dvcltCode);
    if (simCase?.asker !== 'hotich') return 4;
    if (simCase.scenario === 'refusal') return 6;
    return simCase.scenario === 'supplement' && record.pushes === 1 ? 2 : 4;
  }

  private register(record: RegistryRecord): void {
    this.serial += 1;
    record.result = registrationResult(record, this.serial, this.world);
    this.world.ledger.record('hotich', 'registration', record.oneStopCode);
    const earlier = this.registeredAs.get(record.dvcltCode);
    if (earlier !== undefined) this.world.ledger.record('hotich', 'duplicate-registration', record.dvcltCode);
    this.registeredAs.set(record.dvcltCode, record.oneStopCode);
  }
}

const NOTES: Readonly<Record<RegistryState, string>> = {
  1: '',
  2: 'Đề nghị bổ sung giấy tờ mẫu',
  3: 'Đang xử lý',
  4: 'Đã đăng ký',
  6: 'Hồ sơ không đủ điều kiện đăng ký',
};
