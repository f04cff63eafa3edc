import type { CaseOrder } from '../cases/case-generator';
import type { SimCase } from '../cases/sim-case';
import { fieldsOf, type Fields } from '../server/fields';
import { startSimulators, type SimulatorOptions, type Simulators } from '../start-simulators';
import { until } from '#testing';
import { registryPush, statusPush } from './messages';
import { Province } from './province';

const DEADLINE_MS = 5_000;

/** The four systems in this process, one filed birth, and a province that has logged in: what most specs begin with. */
export class Stage {
  private constructor(
    readonly simulators: Simulators,
    readonly province: Province,
    readonly simCase: SimCase,
  ) {}

  static async open(options: SimulatorOptions = {}, order: Partial<CaseOrder> = {}): Promise<Stage> {
    const simulators = await startSimulators({ pace: { minMs: 1, maxMs: 2 }, seed: 3, ...options });
    const province = new Province(simulators);
    await province.logIn();
    const [simCase] = simulators.order({ kind: 'birth', count: 1, scenario: 'happy-path', seed: 9, ...order });
    return new Stage(simulators, province, simCase);
  }

  close(): Promise<void> {
    return this.simulators.stop();
  }

  /** Effects of a kind, of all dossiers. */
  effects(system: string, kind: string): number {
    return this.simulators.ledger.list({ system, kind }).reduce((sum, line) => sum + line.count, 0);
  }

  order(system: string, kind: string): readonly unknown[] {
    return this.simulators.ledger.list({ system, kind })[0]?.order ?? [];
  }

  async detail(code = this.simCase.code): Promise<{ outer: Fields; inner: Fields; xml: string; text: string }> {
    const listed = (await this.province.list()).find((item) => item['maHoSo'] === code);
    const answer = await this.province.detail(listed?.['id']);
    const outer = fieldsOf(fieldsOf(answer.json)['data']);
    const inner = innerOf(outer['data']);
    return { outer, inner, xml: String(inner['data']), text: answer.text };
  }

  status(code: string, trangThai: number): Promise<Fields> {
    return this.province.status(statusPush(this.simCase, code, trangThai)).then(({ json }) => fieldsOf(json));
  }

  register(code: string, changes: Fields = {}): Promise<Fields> {
    return this.province
      .hotich('nhanHoSoDKHT', registryPush(this.simCase, code, changes))
      .then(({ json }) => fieldsOf(json));
  }

  async poll(...codes: readonly string[]): Promise<Fields[]> {
    const answer = await this.province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: codes, maTinh: '99', module: 'LTKS' });
    return (fieldsOf(answer.json)['value'] as unknown[]).map(fieldsOf);
  }

  /** Registers the case under the code and waits for the result. */
  async registered(code: string): Promise<Fields> {
    await this.register(code);
    await until(async () => String((await this.poll(code))[0]?.['trangThai']) === '4', DEADLINE_MS, 'the registration');
    return (await this.poll(code))[0];
  }
}

function innerOf(data: unknown): Fields {
  try {
    return typeof data === 'string' ? fieldsOf(JSON.parse(data)) : fieldsOf(data);
  } catch {
    return {};
  }
}
