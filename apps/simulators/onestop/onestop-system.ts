import { createHash } from 'node:crypto';
import type { Call } from '../server/call';
import { codesAmong, fieldsOf, type Fields } from '../server/fields';
import type { Dialect, PartnerSystem, Route } from '../server/partner-system';
import { jsonReply, type Reply } from '../server/reply';
import type { Credentials } from '../server/systems';
import { bearerOf, TokenStore } from '../server/token-store';
import type { World } from '../world';
import { checkReception } from './check-reception';
import { checkUpdate } from './check-update';
import { CounterOfficer, type ByHand, type DecisionRoute } from './counter-officer';
import type { Decision } from './decision';
import { DecisionPush, type DecisionPushOptions } from './decision-push';
import { EventFeed } from './event-feed';
import type { Gateway } from './gateway-client';
import { lookUp } from './look-up';
import { FINAL_STATES, type OnestopDossier } from './onestop-dossier';
import { onestopFailure, onestopSuccess } from './onestop-reply';
import { OnestopStore, type Stranger } from './onestop-store';
import { expiryOf } from '../variants/expiry-variant';
import type { TextBook } from '../server/text-book';
import type { OnestopText } from './texts';

export interface OnestopOptions {
  readonly credentials: Credentials;
  readonly decisions: DecisionRoute;
  readonly push: DecisionPushOptions;
}

/** The provincial one-stop by the proposed contract (onestop.md §4, CONTRACTS §1.1-1.2). */
export class OnestopSystem implements PartnerSystem {
  readonly id = 'onestop';
  readonly operations = ['token', 'tiepNhanHoSo', 'capNhatTrangThai', 'traCuuHoSo', 'suKien', 'decision'];
  readonly routes: readonly Route[];
  readonly dialect: Dialect;
  private readonly store: OnestopStore;
  private readonly feed = new EventFeed();
  private readonly push: DecisionPush;
  private readonly officer: CounterOfficer;
  private readonly tokens: TokenStore;

  constructor(
    private readonly world: World,
    options: OnestopOptions,
  ) {
    this.store = new OnestopStore(world);
    this.push = new DecisionPush(world, options.push);
    const desk = { store: this.store, feed: this.feed, push: this.push, route: options.decisions };
    this.officer = new CounterOfficer(world, desk);
    this.tokens = new TokenStore(options.credentials, world.tokenLifetimeMs, () => world.now());
    this.dialect = onestopDialect(this.tokens, world.texts.onestop);
    this.routes = [
      {
        method: 'POST',
        path: '/api/token/gettoken',
        operationOf: () => 'token',
        codesOf: () => [],
        handle: (call) => this.logIn(call),
      },
      this.closed('POST', 'tiepNhanHoSo', (call) => this.receive(call)),
      this.closed('POST', 'capNhatTrangThai', (call) => this.update(call)),
      this.closed('POST', 'traCuuHoSo', (call) => lookUp(call, { store: this.store, texts: world.texts.onestop })),
      this.closed('GET', 'suKien', (call) => this.feed.answer(call)),
    ];
  }

  connect(gateway: Gateway): void {
    this.push.connect(gateway);
  }

  /** A decision by hand. Null where the code is unknown, false where the dossier is closed. */
  decide(code: string, decision: Decision, byHand: ByHand): boolean | null {
    const dossier = this.store.find(code);
    return dossier === undefined ? null : this.officer.decideByHand(dossier, decision, byHand);
  }

  /** Loses one dossier, by either code. What it had taken stays in the ledger. @returns whether it had it */
  forget(code: string): boolean {
    const dossier = this.store.find(code);
    if (dossier === undefined) return false;
    this.officer.drop(dossier);
    this.store.remove(dossier);
    return true;
  }

  /** A dossier that came to the one-stop without us, under a DVCLT code: no call, so nothing in the ledger. @returns its own code; null where the
   *  code is taken */
  admit(stranger: Stranger): string | null {
    if (this.store.find(stranger.dvcltCode) !== undefined) return null;
    return this.store.admit(stranger).oneStopCode;
  }

  stop(): void {
    this.push.stop();
  }

  private logIn(call: Call): Reply {
    const { userName, password } = fieldsOf(call.body);
    if (!this.tokens.isRight(userName, password)) return this.dialect.deadToken(call, false);
    const { token, expiresAtMs } = this.tokens.issue();
    const usual = new Date(expiresAtMs).toISOString();
    return jsonReply(200, { token, expiration: expiryOf({ expiresAtMs, nowMs: call.atMs, usual }, call.faults) });
  }

  /** The same `maHoSoLT` gets the same code; changed content counts only while a supplement is awaited. */
  private receive(call: Call): Reply {
    const body = fieldsOf(call.body);
    const complaint = checkReception(body, call.faults.text('catalogueDrift') ?? null);
    if (complaint !== null) return onestopFailure(complaint);
    const contentDigest = digestOf(body);
    const dvcltCode = String(body['maHoSoLT']);
    let dossier = this.store.find(dvcltCode);
    if (dossier === undefined) {
      const module = body['module'] === 'KS' ? 'KS' : 'KT';
      dossier = this.store.open({ dvcltCode, module, unit: String(body['maDonVi']), contentDigest });
      this.takeIn(dossier, body);
    } else if (dossier.state === 5 && dossier.contentDigest !== contentDigest) {
      dossier.contentDigest = contentDigest;
      dossier.receptions += 1;
      this.world.ledger.record('onestop', 'supplement', dossier.oneStopCode);
      this.takeIn(dossier, body);
    }
    return onestopSuccess(this.say('received'), { maHoSoMCDT: dossier.oneStopCode });
  }

  private takeIn(dossier: OnestopDossier, body: Fields): void {
    for (const file of (body['fileDinhKem'] as unknown[]).map(fieldsOf)) {
      const [name, base64] = [String(file['tenTepDinhKem']), file['duLieuTepDinhKem']];
      this.world.papers.keepReceived('onestop', dossier.oneStopCode, { name, base64 });
    }
    this.store.enter(dossier, 1);
    this.officer.takeUp(dossier);
  }

  private say(name: OnestopText): string {
    return this.world.texts.onestop.say(name);
  }

  private update(call: Call): Reply {
    const body = fieldsOf(call.body);
    const dossier = this.store.find(body['maHoSoMCDT']);
    if (dossier === undefined || dossier.dvcltCode !== body['maHoSoLT'])
      return onestopFailure(this.say('unknown'), 'NOT_FOUND');
    const complaint = checkUpdate(body, dossier.module);
    if (complaint !== null) return onestopFailure(complaint);
    const digest = digestOf(body);
    if (digest === dossier.lastUpdateDigest) return onestopSuccess(this.say('updated'));
    if (FINAL_STATES.includes(dossier.state)) return onestopFailure(this.say('finished'), 'CLOSED');
    dossier.lastUpdateDigest = digest;
    this.store.enter(dossier, Number(body['trangThai']));
    if (dossier.state === 9) this.finish(dossier, fieldsOf(body['ketQua']));
    return onestopSuccess(this.say('updated'));
  }

  private finish(dossier: OnestopDossier, result: Fields): void {
    const file = { name: String(result['tenTep']), base64: result['duLieuTep'] };
    this.world.papers.keepReceived('onestop', dossier.oneStopCode, file);
    this.officer.finish(dossier);
  }

  private closed(method: string, operation: string, handle: Route['handle']): Route {
    return {
      method,
      path: `/api/motcua/${operation}`,
      operationOf: () => operation,
      codesOf,
      authorise: (call) =>
        this.tokens.isAlive(bearerOf(call.headers.authorization)) ? null : this.dialect.deadToken(call, false),
      handle,
    };
  }
}

function onestopDialect(tokens: TokenStore, texts: TextBook<OnestopText>): Dialect {
  return {
    failure: (_call, name, words) =>
      onestopFailure(words ?? texts.say(name), name === 'tooLarge' ? 'TOO_LARGE' : 'FAILED'),
    blocked: () => jsonReply(403, { status: '0', statusDescription: 'IP_DISALLOWED', errorCode: '101' }),
    deadToken: (_call, isInOkBody) => {
      const unauthorised = onestopFailure(texts.say('unauthorised'), 'UNAUTHORIZED');
      return isInOkBody ? unauthorised : { ...unauthorised, status: 401 };
    },
    endToken: (call) => tokens.end(bearerOf(call.headers.authorization)),
    rewriteTexts: (json, change) => {
      const fields = fieldsOf(json);
      const text = fields['statusDescription'];
      return typeof text === 'string' ? { ...fields, statusDescription: change(text) } : json;
    },
  };
}

function codesOf(call: Call): readonly string[] {
  const { maHoSoLT, maHoSoMCDT, maHoSo } = fieldsOf(call.body);
  const asked: unknown[] = Array.isArray(maHoSo) ? maHoSo : [];
  return codesAmong(maHoSoLT, maHoSoMCDT, ...asked);
}

function digestOf(body: Fields): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}
