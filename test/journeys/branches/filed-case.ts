import { until } from '../../support/until';
import type { DossierAnswer, Installation, LedgerRow } from '../../support/installation';

const STEP_DEADLINE_MS = 90_000;

/** What people around a case do, as the simulators read it. */
export interface CaseOrder {
  kind: 'birth' | 'death';
  scenario?: string;
  script?: { oneStop?: string[]; registry?: string[]; citizen?: string[] };
  procedureCode?: string;
  unit?: string;
  /** dd/MM/yyyy HH:mm:ss */
  receivedAt?: string;
  content?: Record<string, string>;
}

/** A fault for the calls about one case. */
export interface CaseFault {
  system: 'dvclt' | 'hotich' | 'dvcqg' | 'onestop';
  operation: string;
  switch: string;
  value?: unknown;
  nth?: number;
  until?: number;
}

export interface TimelineEntry {
  sequence: number;
  /** Without prefix and version: `dossier.received`. */
  type: string;
  at: string;
  facts: Record<string, unknown>;
}

interface DeliveryAnswer {
  partner: string;
  operation: string;
  status: string;
  reasonCode: string | null;
}

/** One dossier of a running installation, with the hands of everybody around it. */
export class FiledCase {
  private constructor(
    private readonly installation: Installation,
    /** DVCLT code. */
    readonly code: string,
  ) {}

  /** Files cases at DVCLT; their faults are on before anybody looks at the list. */
  static async file(
    installation: Installation,
    order: CaseOrder,
    given: { count?: number; seed: number; faults?: readonly CaseFault[] },
  ): Promise<FiledCase[]> {
    const { count = 1, seed, faults = [] } = given;
    const { codes } = await simulator<{ codes: string[] }>(installation, 'POST', '/cases', { ...order, count, seed });
    const rules = codes.flatMap((code) => faults.map((fault) => ({ ...fault, code })));
    if (rules.length > 0) await simulator(installation, 'POST', '/faults', rules);
    return codes.map((code) => new FiledCase(installation, code));
  }

  /** The officer of the one-stop decides by hand. @param deadline RFC 3339 */
  decide(decision: string, deadline?: string): Promise<unknown> {
    return this.control('POST', '/decisions', { decision, ...(deadline ? { deadline } : {}) });
  }

  /** The officer of hộ tịch acts by hand. */
  act(act: string): Promise<unknown> {
    return this.control('POST', '/registrar', { act });
  }

  /** The citizen sends a changed dossier. */
  supplement(): Promise<unknown> {
    return this.control('POST', '/supplement');
  }

  /** DVCLT lists the dossier as it was. */
  relist(): Promise<unknown> {
    return this.control('POST', '/relist');
  }

  facts(): Promise<{ content: Record<string, string>; receivedAt: string; procedureCode: string }> {
    return this.control('GET', '');
  }

  /** What hộ tịch holds of it. */
  registration(): Promise<{ state: number; pushes: number; content: Record<string, unknown> }> {
    return this.control('GET', '/registration');
  }

  /** How often a call about it has been answered, alone or beside other dossiers. */
  async calls(system: string, operation: string): Promise<number> {
    const calls = await simulator<{ operation: string; codes: string[] }[]>(
      this.installation,
      'GET',
      `/calls?system=${system}`,
    );
    const names = new Set<string | undefined | null>([this.code, (await this.dossier())?.codes.oneStop]);
    return calls.filter((call) => call.operation === operation && call.codes.some((code) => names.has(code))).length;
  }

  async ledger(system: string, kind: string): Promise<LedgerRow | undefined> {
    const oneStop = (await this.dossier())?.codes.oneStop;
    const rows = await this.installation.ledger(system);
    return rows.find((row) => row.kind === kind && [this.code, oneStop].includes(row.code));
  }

  dossier(): Promise<DossierAnswer | undefined> {
    return this.installation.dossier(this.code);
  }

  async timeline(): Promise<TimelineEntry[]> {
    const path = `/dossiers/${encodeURIComponent(this.code)}/timeline?limit=200`;
    const page = await this.installation.get<{ items: (TimelineEntry & { data: Record<string, unknown> })[] }>(path);
    return (page?.items ?? []).map(({ sequence, type, at, data }) => ({
      sequence,
      type: type.replace(/^vn\.lienthong\.(.+)\.v1$/, '$1'),
      at,
      facts: data,
    }));
  }

  /** Statuses of its deliveries of one operation, oldest first. */
  async deliveries(operation: string): Promise<DeliveryAnswer[]> {
    const query = `?dossier=${encodeURIComponent(this.code)}&operation=${operation}&limit=100`;
    const page = await this.installation.get<{ items: DeliveryAnswer[] }>(`/deliveries${query}`);
    return (page?.items ?? []).reverse();
  }

  async untilDelivery(operation: string, status: string): Promise<void> {
    await this.until(
      async () => (await this.deliveries(operation)).at(-1)?.status === status,
      `${operation} to be ${status}`,
    );
  }

  async untilState(state: string): Promise<void> {
    await this.until(async () => (await this.dossier())?.state === state, `state ${state}`);
  }

  /** @param count so many events of this type */
  async untilEvent(type: string, count = 1): Promise<void> {
    await this.until(
      async () => (await this.timeline()).filter((entry) => entry.type === type).length >= count,
      `${count} × ${type}`,
    );
  }

  /** The partner has confirmed this number. */
  async untilConfirmed(partner: keyof DossierAnswer['statuses'], status: number): Promise<void> {
    await this.until(async () => (await this.dossier())?.statuses[partner] === status, `${partner} ${status}`);
  }

  async until(condition: () => Promise<boolean>, what: string): Promise<void> {
    // What is asked for during the start of a part is asked for again.
    const quiet = (): Promise<boolean> => condition().catch(() => false);
    await until(quiet, STEP_DEADLINE_MS, async () => `${this.code}: ${what}; it is ${await this.describe()}`);
  }

  private async describe(): Promise<string> {
    const [dossier, timeline] = await Promise.all([this.dossier(), this.timeline()]);
    return `${JSON.stringify(dossier)} after ${timeline.map((entry) => entry.type).join(', ')}`;
  }

  private control<T>(method: string, path: string, body?: object): Promise<T> {
    return simulator(this.installation, method, `/cases/${encodeURIComponent(this.code)}${path}`, body);
  }
}

async function simulator<T>(installation: Installation, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${installation.stack.simulatorsUrl}/_sim${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}
