import { REGISTRY_STEPS } from '../cases/case-script';
import { readFaultRule, FaultRuleError } from '../faults/fault-rule';
import type { FaultRegistry } from '../faults/fault-registry';
import { SWITCHES } from '../faults/switches';
import type { CallLog } from '../ledger/call-log';
import { fieldsOf, textOf } from '../server/fields';
import type { Received } from '../server/http-server';
import type { PartnerSystem } from '../server/partner-system';
import { jsonReply, rawReply, type Reply } from '../server/reply';
import type { SystemId } from '../server/systems';
import { isDecision } from '../onestop/decision';
import type { Gateway } from '../onestop/gateway-client';
import type { OnestopSystem } from '../onestop/onestop-system';
import type { DvcltSystem } from '../dvclt/dvclt-system';
import type { DvcqgSystem } from '../dvcqg/dvcqg-system';
import type { HotichSystem } from '../hotich/hotich-system';
import { PANEL_HTML } from '../panel/panel-html';
import type { World } from '../world';
import { CaseOrderError, placeOrder, readOrder } from './order-cases';
import { driftActions } from './drift-actions';
import { bodyOf } from './json-body';
import { worldActions } from './world-actions';

export interface ControlSubjects {
  readonly world: World;
  readonly faults: FaultRegistry;
  readonly calls: CallLog;
  readonly systems: readonly PartnerSystem[];
  readonly dvclt: DvcltSystem;
  readonly hotich: HotichSystem;
  readonly onestop: OnestopSystem;
  readonly dvcqg: DvcqgSystem;
}

type Action = (received: Received, code: string) => Reply;

/** `/_sim/…` (CONTRACTS §5): ledger, calls, faults, cases, the gateway's address, health, panel. */
export class ControlApi {
  private readonly actions: Readonly<Record<string, Action>>;

  constructor(private readonly subjects: ControlSubjects) {
    this.actions = {
      ...worldActions(subjects.world),
      ...driftActions(subjects),
      'GET /_sim/': () => rawReply(200, 'text/html; charset=utf-8', PANEL_HTML),
      'GET /_sim/health': () => jsonReply(200, { status: 'ok', cases: subjects.world.cases.count }),
      'GET /_sim/ledger': ({ url }) => this.ledger(url.searchParams),
      'GET /_sim/totals': () => jsonReply(200, subjects.world.ledger.totals()),
      'GET /_sim/calls': ({ url }) => this.calls(url.searchParams),
      'GET /_sim/faults': () => jsonReply(200, subjects.faults.list()),
      'POST /_sim/faults': (received) => this.addFaults(bodyOf(received)),
      'DELETE /_sim/faults': () => this.clearFaults(),
      'GET /_sim/switches': () => jsonReply(200, switchList(subjects.systems)),
      'POST /_sim/gateway': (received) => this.connect(bodyOf(received)),
      'POST /_sim/cases': (received) => this.order(bodyOf(received)),
      'GET /_sim/cases/*': (_received, code) => this.showCase(code),
      'POST /_sim/cases/*/supplement': (_received, code) => listed(subjects.dvclt.supplement(this.dvcltCode(code))),
      'POST /_sim/cases/*/relist': (_received, code) => listed(subjects.dvclt.relist(this.dvcltCode(code))),
      'POST /_sim/cases/*/registrar': (received, code) => this.act(code, bodyOf(received)),
      'GET /_sim/cases/*/registration': (_received, code) => this.showRegistration(code),
      'POST /_sim/cases/*/decisions': (received, code) => this.decide(code, bodyOf(received)),
    };
  }

  handle(received: Received): Reply {
    const { pathname } = received.url;
    const [, , head, code, rest] = pathname.split('/');
    const isCase = head === 'cases' && code !== undefined;
    const pattern = isCase
      ? `/_sim/cases/*${rest === undefined ? '' : `/${rest}`}`
      : pathname === '/_sim'
        ? '/_sim/'
        : pathname;
    const action = this.actions[`${received.method} ${pattern}`];
    if (action === undefined) return jsonReply(404, { title: 'not a path of the simulators' });
    return action(received, decodeURIComponent(code ?? ''));
  }

  private ledger(query: URLSearchParams): Reply {
    const [system, kind, code] = [query.get('system'), query.get('kind'), query.get('code')];
    return jsonReply(200, this.subjects.world.ledger.list({ system, kind, code }));
  }

  private calls(query: URLSearchParams): Reply {
    const since = query.get('since');
    const sinceMs = since === null ? 0 : /^\d+$/.test(since) ? Number(since) : Date.parse(since);
    if (Number.isNaN(sinceMs)) return jsonReply(400, { title: 'since: RFC 3339 or epoch milliseconds' });
    return jsonReply(200, this.subjects.calls.list({ system: query.get('system'), sinceMs }));
  }

  /** All rules of the request or none. */
  private addFaults(body: unknown): Reply {
    const operationsOf = (id: SystemId) => this.subjects.systems.find((system) => system.id === id)?.operations ?? [];
    try {
      const rules = (Array.isArray(body) ? body : [body]).map((rule) => readFaultRule(rule, operationsOf));
      for (const rule of rules) this.subjects.faults.add(rule);
      return jsonReply(200, { added: rules.length });
    } catch (error) {
      if (error instanceof FaultRuleError) return jsonReply(400, { title: error.message });
      throw error;
    }
  }

  private clearFaults(): Reply {
    this.subjects.faults.clear();
    return { status: 204 };
  }

  private connect(body: unknown): Reply {
    const { url, clientId, clientSecret } = fieldsOf(body);
    const isComplete = [url, clientId, clientSecret].every((value) => typeof value === 'string' && value !== '');
    if (!isComplete || !URL.canParse(String(url)))
      return jsonReply(400, { title: 'url, clientId and clientSecret are needed' });
    this.subjects.onestop.connect({ url, clientId, clientSecret } as Gateway);
    return { status: 204 };
  }

  private order(body: unknown): Reply {
    const { world, faults, dvclt } = this.subjects;
    try {
      const cases = placeOrder(readOrder(body, world.random.integer(0, 2_147_483_647)), { world, faults, dvclt });
      return jsonReply(201, { codes: cases.map((simCase) => simCase.code) });
    } catch (error) {
      if (error instanceof CaseOrderError) return jsonReply(400, { title: error.message });
      throw error;
    }
  }

  private showCase(code: string): Reply {
    const simCase = this.subjects.world.cases.find(code);
    return simCase === undefined
      ? jsonReply(404, { title: 'no generated case has this code' })
      : jsonReply(200, simCase);
  }

  /** Of a generated case; another code names nothing. */
  private dvcltCode(code: string): string {
    return this.subjects.world.cases.find(code)?.code ?? '';
  }

  private act(code: string, body: unknown): Reply {
    const hasActed = this.subjects.hotich.act(code, fieldsOf(body)['act']);
    if (hasActed === null) return jsonReply(404, { title: 'hộ tịch has no dossier with this code' });
    return hasActed ? { status: 204 } : jsonReply(400, { title: `act: one of ${REGISTRY_STEPS.join(', ')}` });
  }

  private showRegistration(code: string): Reply {
    const record = this.subjects.hotich.find(code);
    if (record === null) return jsonReply(404, { title: 'hộ tịch has no dossier with this code' });
    return { ...jsonReply(200, record), papers: this.subjects.world.pdf };
  }

  private decide(code: string, body: unknown): Reply {
    const { decision, deadline, isUntold } = fieldsOf(body);
    if (!isDecision(decision)) return jsonReply(400, { title: 'decision: a decision of the gateway API' });
    const deadlineAtMs = deadline === undefined ? undefined : Date.parse(textOf(deadline) ?? '');
    if (Number.isNaN(deadlineAtMs)) return jsonReply(400, { title: 'deadline: RFC 3339' });
    const isDecided = this.subjects.onestop.decide(code, decision, { deadlineAtMs, isUntold: isUntold === true });
    if (isDecided === null) return jsonReply(404, { title: 'the one-stop has no dossier with this code' });
    return isDecided ? { status: 204 } : jsonReply(409, { title: 'the dossier is closed' });
  }
}

function listed(isListed: boolean): Reply {
  return isListed ? { status: 204 } : jsonReply(404, { title: 'no generated case has this code' });
}

function switchList(systems: readonly PartnerSystem[]): object {
  const switches = Object.entries(SWITCHES).map(([name, { systems: where, meaning }]) => ({
    name,
    systems: where,
    meaning,
  }));
  return { switches, operations: Object.fromEntries(systems.map(({ id, operations }) => [id, operations])) };
}
