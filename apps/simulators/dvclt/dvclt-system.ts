import type { Call } from '../server/call';
import { codesAmong, fieldsOf } from '../server/fields';
import type { PartnerSystem, Route } from '../server/partner-system';
import { jsonReply, rawReply, type Reply } from '../server/reply';
import type { Credentials } from '../server/systems';
import { bearerOf, TokenStore } from '../server/token-store';
import type { SimCase } from '../cases/sim-case';
import { officerDelayMs, type World } from '../world';
import { FiredFaults } from '../faults/fired-faults';
import { expiryOf } from '../variants/expiry-variant';
import { DossierList, type ListedDossier } from './dossier-list';
import { DvcltAnswers, dvcltDialect } from './dvclt-dialect';
import { POISON_PROCEDURE, poisonOf } from './poison';
import { pushStatus } from './push-status';
import { renderDetail } from './render-detail';

const LIST = '/api/lienthongdvclt/hosolienthong';

/** The interconnected-services software (dvclt.md). */
export class DvcltSystem implements PartnerSystem {
  readonly id = 'dvclt';
  readonly operations = ['token', 'statusToken', 'list', 'detail', 'acknowledge', 'status'];
  readonly routes: readonly Route[];
  readonly dialect;
  private readonly dossiers = new DossierList();
  private readonly tokens: TokenStore;
  private readonly answers: DvcltAnswers;
  private readonly poisons = new Set<string>();

  constructor(
    private readonly world: World,
    credentials: Credentials,
  ) {
    this.tokens = new TokenStore(credentials, world.tokenLifetimeMs, () => world.now());
    this.dialect = dvcltDialect(this.tokens, world.texts.dvclt);
    this.answers = new DvcltAnswers(world.texts.dvclt);
    this.routes = [
      this.open('/api/token/gettoken', 'token', (call) => this.logIn(call)),
      this.open('/api/token/getstatustoken', 'statusToken', (call) => this.logInForStatus(call)),
      this.closed('GET', LIST, 'list', (call) => this.list(call)),
      this.closed('GET', `${LIST}/*`, 'detail', (call) => this.detail(call)),
      this.closed('PUT', `${LIST}/danhan`, 'acknowledge', (call) => this.acknowledge(call)),
      this.closed('POST', '/api/lienthongdvclt/capnhattrangthaihosohotich', 'status', (call) => this.status(call)),
    ];
  }

  /** A citizen files a dossier: from now on it is listed. */
  submit(simCase: SimCase): void {
    this.dossiers.submit(simCase, { isFirst: simCase.procedureCode === POISON_PROCEDURE });
  }

  /** The citizen answers a request for a supplement: the same code is listed again, changed (Q11). False where the code is unknown. */
  supplement(code: string): boolean {
    const dossier = this.dossiers.find(code);
    if (dossier === undefined) return false;
    Object.assign(dossier.simCase, this.world.generator.supplementOf(dossier.simCase));
    dossier.isChangedInList = dossier.progress.current === 2;
    this.dossiers.resubmit(dossier);
    return true;
  }

  /** The dossier is listed as it was, as if it had never been acknowledged. False where the code is unknown. */
  relist(code: string): boolean {
    const dossier = this.dossiers.find(code);
    if (dossier !== undefined) this.dossiers.relist(dossier);
    return dossier !== undefined;
  }

  private logIn(call: Call): Reply {
    const { userName, password } = fieldsOf(call.body);
    if (!this.tokens.isRight(userName, password)) return this.dialect.deadToken(call, false);
    const { token, expiresAtMs } = this.tokens.issue();
    const refreshEndsAtMs = expiresAtMs + this.world.tokenLifetimeMs;
    const refreshTokenExpiryTime = this.expiry(call, refreshEndsAtMs);
    return jsonReply(200, { token, refreshToken: token.slice(-24), refreshTokenExpiryTime });
  }

  private logInForStatus(call: Call): Reply {
    const { SecretId, SecretPass } = fieldsOf(call.body);
    if (!this.tokens.isRight(SecretId, SecretPass)) return this.dialect.deadToken(call, false);
    const { token, expiresAtMs } = this.tokens.issue();
    return jsonReply(200, { token, expiration: this.expiry(call, expiresAtMs) });
  }

  private expiry(call: Call, expiresAtMs: number): string | number {
    const usual = new Date(expiresAtMs).toISOString();
    return expiryOf({ expiresAtMs, nowMs: call.atMs, usual }, call.faults);
  }

  private list(call: Call): Reply {
    if (call.faults.isOn('poisonFirst')) this.poison(call.faults.text('poisonFirst') ?? 'procedure');
    const limit = call.faults.value('listSize');
    const rowFaults = (code: string) => call.faults.with(call.rowFaults(code));
    const text = this.dossiers.render(rowFaults, typeof limit === 'number' ? limit : undefined);
    return rawReply(200, 'application/json; charset=utf-8', text);
  }

  /** One item of each kind that nobody can map, and that stays at the head of the list until somebody does. */
  private poison(kind: string): void {
    if (this.poisons.has(kind)) return;
    this.poisons.add(kind);
    const { simCase, nesting } = poisonOf(kind, this.world);
    this.world.cases.add(simCase);
    this.dossiers.submit(simCase, { isFirst: true, nesting });
  }

  private detail(call: Call): Reply {
    const dossier = this.dossiers.findById(idOf(call));
    if (dossier === undefined) return jsonReply(404, { status: 404, title: this.world.texts.dvclt.say('unknown') });
    const faults = call.faults.with(spoiling(dossier));
    return { ...jsonReply(200, renderDetail(dossier.id, dossier.simCase, faults)), papers: this.world.pdf };
  }

  private acknowledge(call: Call): Reply {
    const { maHoSo, daNhan } = fieldsOf(call.body);
    const dossier = this.dossiers.find(maHoSo);
    if (dossier === undefined) return this.answers.failure('maHoSo', this.world.texts.dvclt.say('unknown'));
    if (daNhan !== true) return this.answers.failure('daNhan', 'daNhan sai giá trị');
    if (this.dossiers.takeOff(dossier)) this.acknowledged(dossier, call);
    return this.answers.success('acknowledged');
  }

  private acknowledged(dossier: ListedDossier, call: Call): void {
    const { code } = dossier.simCase;
    this.world.ledger.record('dvclt', 'acknowledged', code);
    if (dossier.isChangedInList) dossier.progress = { ...dossier.progress, isSupplemented: true };
    dossier.isChangedInList = false;
    if (call.faults.isOn('relistChanged')) this.supplement(code);
    else if (call.faults.isOn('relistSame')) this.dossiers.relist(dossier);
  }

  private status(call: Call): Reply {
    const { dossiers, answers } = this;
    return pushStatus(call, { dossiers, answers, onStatus: (dossier, status) => this.entered(dossier, status, call) });
  }

  private entered({ simCase }: ListedDossier, status: number, call: Call): void {
    const { code, module } = simCase;
    this.world.ledger.record('dvclt', 'status', code, status);
    if (status === 4)
      this.world.papers.keepResult('dvclt', code, { module, result: fieldsOf(call.body)['ketQuaXuLy'] });
    if (status === 2) this.answerAsCitizen(simCase);
  }

  /** The citizen's next step of the script, after his own time. */
  private answerAsCitizen({ code, script }: SimCase): void {
    const step = script.citizen.shift();
    if (step === undefined || step === 'nothing') return;
    const list = step === 'supplement' ? () => this.supplement(code) : () => this.relist(code);
    this.world.timers.after(officerDelayMs(this.world), list);
  }

  private codesOf(call: Call): string[] {
    const { maHoSo, soHoSoLT } = fieldsOf(call.body);
    const byId = call.method === 'GET' ? this.dossiers.findById(idOf(call))?.simCase.code : undefined;
    return codesAmong(soHoSoLT, maHoSo, byId);
  }

  private open(path: string, operation: string, handle: Route['handle']): Route {
    return { method: 'POST', path, operationOf: () => operation, codesOf: () => [], handle };
  }

  private closed(method: string, path: string, operation: string, handle: Route['handle']): Route {
    const authorise = (call: Call) =>
      this.tokens.isAlive(bearerOf(call.headers.authorization)) ? null : this.dialect.deadToken(call, false);
    return { method, path, operationOf: () => operation, codesOf: (call) => this.codesOf(call), authorise, handle };
  }
}

function spoiling({ nesting }: ListedDossier): FiredFaults {
  return nesting === undefined ? FiredFaults.none : new FiredFaults([{ name: 'nesting', value: nesting }]);
}

function idOf(call: Call): string {
  return decodeURIComponent(call.path.slice(call.path.lastIndexOf('/') + 1));
}
