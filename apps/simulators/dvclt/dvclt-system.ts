import type { Call } from '../server/call';
import { codesAmong, fieldsOf } from '../server/fields';
import type { PartnerSystem, Route } from '../server/partner-system';
import { jsonReply, rawReply, type Reply } from '../server/reply';
import type { Credentials } from '../server/systems';
import { bearerOf, TokenStore } from '../server/token-store';
import type { SimCase } from '../cases/sim-case';
import { officerDelayMs, type World } from '../world';
import { DossierList, type ListedDossier } from './dossier-list';
import { dvcltDialect, dvcltFailure, dvcltSuccess } from './dvclt-dialect';
import { pushStatus } from './push-status';
import { renderDetail } from './render-detail';
import { DVCLT_TEXTS } from './texts';

const LIST = '/api/lienthongdvclt/hosolienthong';
/** A procedure that no table knows (Q43). */
const POISON_PROCEDURE = '9.999999';

/** The interconnected-services software (dvclt.md). */
export class DvcltSystem implements PartnerSystem {
  readonly id = 'dvclt';
  readonly operations = ['token', 'statusToken', 'list', 'detail', 'acknowledge', 'status'];
  readonly routes: readonly Route[];
  readonly dialect;
  private readonly dossiers = new DossierList();
  private readonly tokens: TokenStore;
  private hasPoison = false;

  constructor(
    private readonly world: World,
    credentials: Credentials,
  ) {
    this.tokens = new TokenStore(credentials, world.tokenLifetimeMs, () => world.now());
    this.dialect = dvcltDialect(this.tokens);
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
    this.dossiers.submit(simCase, simCase.procedureCode === POISON_PROCEDURE);
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

  private logIn(call: Call): Reply {
    const { userName, password } = fieldsOf(call.body);
    if (!this.tokens.isRight(userName, password))
      return jsonReply(401, { status: 401, title: DVCLT_TEXTS.unauthorised });
    const { token, expiresAtMs } = this.tokens.issue();
    const refreshTokenExpiryTime = new Date(expiresAtMs + this.world.tokenLifetimeMs).toISOString();
    return jsonReply(200, { token, refreshToken: token.slice(-24), refreshTokenExpiryTime });
  }

  private logInForStatus(call: Call): Reply {
    const { SecretId, SecretPass } = fieldsOf(call.body);
    if (!this.tokens.isRight(SecretId, SecretPass))
      return jsonReply(401, { status: 401, title: DVCLT_TEXTS.unauthorised });
    const { token, expiresAtMs } = this.tokens.issue();
    return jsonReply(200, { token, expiration: new Date(expiresAtMs).toISOString() });
  }

  private list(call: Call): Reply {
    if (call.faults.isOn('poisonFirst')) this.poison();
    const limit = call.faults.value('listSize');
    const text = this.dossiers.render(typeof limit === 'number' ? limit : undefined);
    return rawReply(200, 'application/json; charset=utf-8', text);
  }

  /** One item that nobody can map, and that stays at the head of the list until somebody does. */
  private poison(): void {
    if (this.hasPoison) return;
    this.hasPoison = true;
    const order = { kind: 'birth', count: 1, scenario: 'poison-first', seed: this.world.random.seed } as const;
    for (const simCase of this.world.generator.generate(order)) {
      this.world.cases.add(simCase);
      this.submit(simCase);
    }
  }

  private detail(call: Call): Reply {
    const dossier = this.dossiers.findById(idOf(call));
    if (dossier === undefined) return jsonReply(404, { status: 404, title: DVCLT_TEXTS.unknown });
    return jsonReply(200, renderDetail(dossier.id, dossier.simCase, this.world.pdf));
  }

  private acknowledge(call: Call): Reply {
    const { maHoSo, daNhan } = fieldsOf(call.body);
    const dossier = this.dossiers.find(maHoSo);
    if (dossier === undefined) return dvcltFailure('maHoSo', DVCLT_TEXTS.unknown);
    if (daNhan !== true) return dvcltFailure('daNhan', 'daNhan sai giá trị');
    if (this.dossiers.takeOff(dossier)) this.acknowledged(dossier, call);
    return dvcltSuccess(DVCLT_TEXTS.acknowledged);
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
    return pushStatus(call, this.dossiers, (dossier, status) => {
      const { code, scenario } = dossier.simCase;
      this.world.ledger.record('dvclt', 'status', code, status);
      if (status === 2 && scenario === 'supplement') {
        this.world.timers.after(officerDelayMs(this.world), () => this.supplement(code));
      }
    });
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
      this.tokens.isAlive(bearerOf(call.headers.authorization)) ? null : this.dialect.deadToken(false);
    return { method, path, operationOf: () => operation, codesOf: (call) => this.codesOf(call), authorise, handle };
  }
}

function idOf(call: Call): string {
  return decodeURIComponent(call.path.slice(call.path.lastIndexOf('/') + 1));
}
