import { isOneOf, REGISTRY_STEPS, type RegistryStep } from '../cases/case-script';
import { addWorkingDays } from '../server/date-formats';
import { officerDelayMs, type World } from '../world';
import { registrationResult } from './registration-result';
import type { RegistryRecord, RegistryState } from './registry-record';

type Act = Exclude<RegistryStep, 'hold'>;

const STATE_OF: Readonly<Record<Act, RegistryState>> = {
  waiting: 1,
  processing: 3,
  completed: 4,
  'completed-without-file': 4,
  'completed-without-result': 4,
  'completed-without-number': 4,
  'file-later': 4,
  'number-later': 4,
  supplement: 2,
  'supplement-again': 2,
  refused: 6,
};

/** What a completed record does not show yet (Q19); everything else shows it all. */
const WITHHELD: Partial<Record<Act, RegistryRecord['withheld']>> = {
  'completed-without-file': 'file',
  'completed-without-result': 'result',
  'completed-without-number': 'number',
};

const HAPPY_WAY: readonly RegistryStep[] = ['processing', 'completed'];
/** After these the officer waits for a changed push; only what is named here he does without one. */
const WAITS_AFTER: Partial<Record<RegistryStep, readonly RegistryStep[]>> = {
  supplement: ['supplement-again'],
  'supplement-again': ['supplement-again'],
  completed: [],
  refused: [],
};

/** The scripted officer of the civil-status software: takes a dossier up, then completes it, asks or refuses. */
export class Registrar {
  private serial = 0;
  /** What officers are about to do, by record. */
  private readonly awaited = new Map<RegistryRecord, RegistryStep[]>();
  private readonly registeredAs = new Map<string, string>();

  constructor(private readonly world: World) {}

  /** Begins the officer's work on a freshly accepted push: by the case's script, else straight to the registration. */
  takeUp(record: RegistryRecord): void {
    const script = this.world.cases.find(record.dvcltCode)?.script.registry ?? [];
    this.next(record, script.length > 0 ? script : [...HAPPY_WAY]);
  }

  /** One act by hand, now. Where the officer was about to do something, this takes its place; he goes on with the next push. False
   *  where it is no act. */
  act(record: RegistryRecord, act: unknown): boolean {
    if (!isOneOf(REGISTRY_STEPS, act) || act === 'hold') return false;
    this.awaited.get(record)?.shift();
    this.awaited.delete(record);
    this.perform(record, act);
    return true;
  }

  /** Nobody goes on with it. */
  drop(record: RegistryRecord): void {
    this.awaited.delete(record);
  }

  /** Sets the state of a record and writes it to the ledger. */
  enter(record: RegistryRecord, state: RegistryState): void {
    record.state = state;
    record.changedAtMs = this.world.now();
    this.world.ledger.record('hotich', 'status', record.oneStopCode, state);
  }

  /** One timer after the other: two that are due in the same late tick may fire in any order. */
  private next(record: RegistryRecord, steps: RegistryStep[]): void {
    const { pushes } = record;
    this.awaited.set(record, steps);
    this.world.timers.after(officerDelayMs(this.world) / 2, () => {
      if (record.pushes !== pushes || this.awaited.get(record) !== steps) return;
      this.awaited.delete(record);
      const step = steps.shift();
      if (step === undefined || step === 'hold') return;
      this.perform(record, step);
      const isNext = WAITS_AFTER[step]?.includes(steps[0]) ?? true;
      if (steps.length > 0 && isNext) this.next(record, steps);
    });
  }

  private perform(record: RegistryRecord, act: Act): void {
    const state = STATE_OF[act];
    if (state === 4) this.register(record);
    if (state === 2) record.deadlineAtMs = addWorkingDays(this.world.now(), 7);
    record.note = NOTES[state];
    record.withheld = WITHHELD[act] ?? null;
    this.enter(record, state);
  }

  private register(record: RegistryRecord): void {
    if (record.result !== null) return;
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
