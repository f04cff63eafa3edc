import { compactDate, sinceMidnightMs, slashDateTime } from '../server/date-formats';
import { SeededRandom } from '../server/seeded-random';
import { birthContent } from './birth-content';
import { scriptOf, type CaseScript } from './case-script';
import { deathContent } from './death-content';
import { inventedName } from './invented-people';
import type { CaseKind, SimAttachment, SimCase } from './sim-case';
import type { Scenario } from './scenarios';

/** Communes of the fictitious province (CONTRACTS §1.2); 00123 keeps Q28 alive. */
export const COMMUNES: readonly string[] = [
  '00123',
  ...Array.from({ length: 12 }, (_, index) => String(99_001 + index)),
];

const PROCEDURES: Readonly<Record<CaseKind, readonly string[]>> = {
  birth: ['2.000986', '2.001023', '2.002621', '3.000722'],
  death: ['2.002622', '2.002913', '1.011733'],
};

/** `large-files`: ten of these in one dossier. */
const LARGE_FILE_BYTES = 5 * 1024 * 1024;
const LARGE_FILES = 10;
/** The last day of the districts: half of `two-level-reform` was filed then. */
const BEFORE_REFORM = '30/06/2025 09:00:00';

export interface CaseOrder {
  readonly kind: CaseKind;
  readonly count: number;
  readonly scenario: Scenario;
  readonly seed: number;
  /** What officers and citizen do with each case. @default the scenario's way */
  readonly script?: CaseScript;
  /** Facts of the dossier that do not follow from the seed. */
  readonly facts?: CaseFacts;
}

/** What an order may fix: the rest is made up. */
export interface CaseFacts {
  readonly procedureCode?: string;
  readonly unit?: string;
  /** dd/MM/yyyy HH:mm:ss */
  readonly receivedAt?: string;
  /** Leaves of `hoTich` that replace the made-up ones. */
  readonly content?: Readonly<Record<string, string>>;
}

/** Where a case stands in its order. */
interface CasePlace {
  readonly index: number;
  /** The one before, where both are twins. */
  readonly twin: SimCase | undefined;
}

/** Makes cases: content by seed, codes never twice in one process nor, as a rule, on one day. */
export class CaseGenerator {
  private sequence: number;
  private serial = 0;

  /** @param sequenceStart first number of the dossier codes; by default from the time of day, so that a restart does not repeat codes */
  constructor(
    private readonly now: () => number,
    sequenceStart?: number,
  ) {
    this.sequence = sequenceStart ?? Math.floor(sinceMidnightMs(now()) / 100) + 1;
  }

  generate(order: CaseOrder): SimCase[] {
    const random = new SeededRandom(order.seed);
    const cases: SimCase[] = [];
    for (let index = 0; index < order.count; index += 1) {
      const previous = index % 2 === 1 ? cases[index - 1] : undefined;
      cases.push(this.one(random, order, { index, twin: order.scenario === 'twins' ? previous : undefined }));
    }
    return cases;
  }

  private one(random: SeededRandom, order: CaseOrder, place: CasePlace): SimCase {
    const { kind, scenario } = order;
    const nowMs = this.now();
    const unit = unitOf(random, order, place);
    const paperNumber = this.sequence;
    const setting = { unit, nowMs, paperNumber };
    const content = kind === 'birth' ? birthContent(random, setting) : deathContent(random, setting);
    return {
      code: this.nextCode(kind, nowMs),
      kind,
      scenario,
      module: kind === 'birth' ? 'KS' : 'KT',
      procedureCode: order.facts?.procedureCode ?? procedureOf(random, order, place.index),
      unit,
      receivedAt: order.facts?.receivedAt ?? (isOfOldTime(order, place) ? BEFORE_REFORM : slashDateTime(nowMs)),
      techId: `TECH-${random.integer(100_000, 999_999)}`,
      content: { ...adapted(content, scenario, random, place.twin), ...order.facts?.content },
      attachments: this.attachments(random, scenario),
      script: order.script === undefined ? scriptOf(scenario, place.index) : structuredClone(order.script),
      oneStopCode: null,
    };
  }

  private nextCode(kind: CaseKind, nowMs: number): string {
    const sequence = String(this.sequence).padStart(6, '0');
    this.sequence += 1;
    return `G22.99.${kind === 'birth' ? '08' : '09'}-${compactDate(nowMs).slice(2)}-${sequence}`;
  }

  private attachments(random: SeededRandom, scenario: Scenario): SimAttachment[] {
    const minBytes = scenario === 'large-files' ? LARGE_FILE_BYTES : 0;
    const count = scenario === 'large-files' ? LARGE_FILES : random.integer(1, 3);
    const withdrawnAt = count > 1 && random.isHit(0.3) ? random.integer(0, count - 1) : -1;
    return Array.from({ length: count }, (_, index) => this.attachment(index, index === withdrawnAt, minBytes));
  }

  private attachment(index: number, isWithdrawn: boolean, minBytes: number): SimAttachment {
    this.serial += 1;
    return {
      id: this.serial,
      loaiGiayTo: index + 1,
      tenGiayTo: `Giấy tờ mẫu ${index + 1}`,
      tenTepDinhKem: `giay-to-mau-${index + 1}.pdf`,
      huyGiayTo: isWithdrawn ? 1 : 0,
      serial: this.serial,
      minBytes,
    };
  }

  /** What the citizen sends after a request for a supplement: another telephone number and one paper more. */
  supplementOf(simCase: SimCase): Pick<SimCase, 'content' | 'attachments'> {
    const added = this.attachment(simCase.attachments.length, false, 0);
    const phone = `0998${String(added.serial % 1_000_000).padStart(6, '0')}`;
    return {
      content: { ...simCase.content, nycSoDienThoai: phone },
      attachments: [
        ...simCase.attachments,
        { ...added, tenGiayTo: 'Giấy tờ bổ sung mẫu', tenTepDinhKem: 'bo-sung-mau.pdf' },
      ],
    };
  }
}

function unitOf(random: SeededRandom, order: CaseOrder, place: CasePlace): string {
  return order.facts?.unit ?? place.twin?.unit ?? (isOfOldTime(order, place) ? '00123' : random.pick(COMMUNES));
}

/** Every second case of the reform was filed before it. */
function isOfOldTime({ scenario }: CaseOrder, { index }: CasePlace): boolean {
  return scenario === 'two-level-reform' && index % 2 === 1;
}

function procedureOf(random: SeededRandom, { kind, scenario }: CaseOrder, index: number): string {
  return scenario === 'poison-first' && index === 0 ? '9.999999' : random.pick(PROCEDURES[kind]);
}

/** The scenarios that live in the content: two codes that hộ tịch does not know, and twins of one mother. */
function adapted(
  content: Record<string, string>,
  scenario: Scenario,
  random: SeededRandom,
  twin: SimCase | undefined,
): Record<string, string> {
  if (scenario === 'catalogue-mismatch') {
    const person = content['nksDanToc'] === undefined ? 'nkt' : 'nks';
    return { ...content, [`${person}DanToc`]: '55', [`${person}QuocTich`]: 'XX' };
  }
  if (twin === undefined) return content;
  const own = {
    maGCS: content['maGCS'] ?? '',
    nksHoTen: inventedName(random, twin.content['nksGioiTinh'] === '1' ? '1' : '2'),
  };
  return { ...twin.content, ...own };
}
