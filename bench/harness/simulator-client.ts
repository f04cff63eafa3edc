/** One line of `GET /_sim/ledger` (CONTRACTS §5). */
export interface EffectLine {
  system: string;
  kind: string;
  code: string;
  count: number;
  /** RFC 3339, one per effect. */
  at: string[];
  order: (string | number)[];
}

interface FileLine {
  system: string;
  direction: 'sent' | 'received';
  sha256: string;
  isWithdrawn?: boolean;
}

export interface EffectTotal {
  system: string;
  kind: string;
  codes: number;
  effects: number;
}

/** The simulators' control API, as far as a bench needs it. */
export class SimulatorClient {
  constructor(readonly url: string) {}

  /** Files cases at DVCLT. @returns their codes and when they were asked for, epoch ms */
  async file(
    kind: 'birth' | 'death',
    count: number,
    seed: number,
    scenario = 'happy-path',
  ): Promise<{ codes: string[]; askedAtMs: number }> {
    return this.order({ kind, count, scenario, seed });
  }

  /** Files births of one procedure. @returns their codes */
  async fileOf(procedureCode: string, count: number, seed: number): Promise<string[]> {
    const { codes } = await this.order({ kind: 'birth', count, seed, procedureCode });
    return codes;
  }

  /** Files one birth whose one-stop officer waits to be told what to decide. @returns its code */
  fileForHand(seed: number): Promise<string> {
    return this.fileScripted({ oneStop: ['hold'] }, seed);
  }

  /** Files one birth around which people do this. @returns its code */
  async fileScripted(
    script: { oneStop?: readonly string[]; registry?: readonly string[] },
    seed: number,
  ): Promise<string> {
    const { codes } = await this.order({ kind: 'birth', count: 1, seed, script });
    return codes[0];
  }

  /** From now on the systems misbehave so too (CONTRACTS §5, `POST /_sim/faults`). */
  async setFaults(rules: readonly object[]): Promise<void> {
    await this.post('/_sim/faults', rules);
  }

  /** All of them off. */
  async clearFaults(): Promise<void> {
    await this.call('/_sim/faults', { method: 'DELETE' });
  }

  /** Officers' decisions go there from now on. */
  async sendDecisionsTo(gateway: { url: string; clientId: string; clientSecret: string }): Promise<void> {
    await this.post('/_sim/gateway', gateway);
  }

  /** @throws Error unless every file that DVCLT sent and did not withdraw has reached the others, byte for byte */
  async assertFilesArrived(code: string): Promise<void> {
    const lines = await this.ask<FileLine[]>(`/_sim/cases/${encodeURIComponent(code)}/files`);
    const sent = lines.filter((line) => line.system === 'dvclt' && line.direction === 'sent' && !line.isWithdrawn);
    for (const system of ['onestop', 'hotich', 'dvcqg']) {
      const received = new Set(
        lines.filter((line) => line.system === system && line.direction === 'received').map((line) => line.sha256),
      );
      const missing = sent.filter(({ sha256 }) => !received.has(sha256));
      if (sent.length === 0 || missing.length > 0)
        throw new Error(`${system} has not got ${missing.length} of ${sent.length} files as they were sent`);
    }
  }

  /** Effects so far by `<system> <kind>`; cheap enough to be asked often. */
  async totals(): Promise<Map<string, EffectTotal>> {
    const rows = await this.ask<EffectTotal[]>('/_sim/totals');
    return new Map(rows.map((row) => [`${row.system} ${row.kind}`, row]));
  }

  ledger(system: string, kind?: string): Promise<EffectLine[]> {
    return this.ask(`/_sim/ledger?system=${system}${kind === undefined ? '' : `&kind=${kind}`}`);
  }

  /** Calls at the four systems since `sinceMs`, by `<system> <operation>`. The simulators keep the last 50,000. */
  async calls(sinceMs: number): Promise<Map<string, number>> {
    const lines = await this.ask<{ system: string; operation: string }[]>(`/_sim/calls?since=${sinceMs}`);
    const counts = new Map<string, number>();
    for (const { system, operation } of lines) {
      const key = `${system} ${operation}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  private async order(cases: object): Promise<{ codes: string[]; askedAtMs: number }> {
    const askedAtMs = Date.now();
    const answer = await this.post('/_sim/cases', cases);
    const { codes } = (await answer.json()) as { codes: string[] };
    return { codes, askedAtMs };
  }

  private async ask<T>(path: string): Promise<T> {
    return (await (await this.call(path)).json()) as T;
  }

  private post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return this.call(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  private async call(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.url}${path}`, init);
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    return response;
  }
}
