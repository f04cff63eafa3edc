import type { Call } from '../server/call';
import { codesAmong, fieldsOf, type Fields } from '../server/fields';
import type { Dialect, PartnerSystem, Route } from '../server/partner-system';
import { jsonReply, type Reply } from '../server/reply';
import type { Credentials } from '../server/systems';
import { bearerOf, TokenStore } from '../server/token-store';
import type { World } from '../world';
import { pollResults } from './poll-results';
import { receivePush } from './receive-push';
import { Registrar } from './registrar';
import type { RegistryRecord } from './registry-record';
import { expiryOf } from '../variants/expiry-variant';
import type { TextBook } from '../server/text-book';
import type { HotichText } from './texts';

/** The civil-status software behind an LGSP platform (hotich.md §3-4, lgsp.md §1). */
export class HotichSystem implements PartnerSystem {
  readonly id = 'hotich';
  readonly operations = ['token', 'nhanHoSoDKHT', 'layKetQuaDKHT'];
  readonly routes: readonly Route[];
  readonly dialect: Dialect;
  private readonly records = new Map<string, RegistryRecord>();
  private readonly tokens: TokenStore;
  private readonly registrar: Registrar;

  constructor(
    private readonly world: World,
    credentials: Credentials,
  ) {
    this.tokens = new TokenStore(credentials, world.tokenLifetimeMs, () => world.now());
    this.registrar = new Registrar(world);
    this.dialect = hotichDialect(this.tokens, world.texts.hotich);
    this.routes = [
      {
        method: 'POST',
        path: '/token',
        operationOf: () => 'token',
        codesOf: () => [],
        handle: (call) => this.logIn(call),
      },
      this.closed('nhanHoSoDKHT', (call) => this.push(call)),
      this.closed('layKetQuaDKHT', (call) => pollResults(call, this.records, this.world)),
    ];
  }

  /** The officer acts by hand on a dossier that was pushed. Null where there is none, false where it is no act. */
  act(code: string, act: unknown): boolean | null {
    const record = this.find(code);
    return record === null ? null : this.registrar.act(record, act);
  }

  /** The record of a dossier as it was pushed last, by either of its codes; null before the first push. */
  find(code: string): RegistryRecord | null {
    const names = this.world.cases.aliasesOf(code);
    return names.map((name) => this.records.get(name)).find((record) => record !== undefined) ?? null;
  }

  /** Loses one dossier, by either code. What it had taken stays in the ledger. @returns whether it had it */
  forget(code: string): boolean {
    const record = this.find(code);
    if (record === null) return false;
    this.registrar.drop(record);
    return this.records.delete(record.oneStopCode);
  }

  /** WSO2: Basic key and secret, no refresh token (Q04). */
  private logIn(call: Call): Reply {
    const [username, password] = basicOf(call.headers.authorization);
    if (!this.tokens.isRight(username, password)) {
      return jsonReply(401, { error: 'invalid_client', error_description: 'Client Authentication failed.' });
    }
    if (new URLSearchParams(call.text).get('grant_type') !== 'client_credentials') {
      return jsonReply(400, { error: 'unsupported_grant_type' });
    }
    const { token, expiresAtMs } = this.tokens.issue();
    const usual = Math.floor(this.world.tokenLifetimeMs / 1000);
    return jsonReply(200, {
      access_token: token,
      scope: 'am_application_scope default',
      token_type: 'Bearer',
      expires_in: expiryOf({ expiresAtMs, nowMs: call.atMs, usual }, call.faults),
    });
  }

  private push(call: Call): Reply {
    const { records, world } = this;
    return receivePush(call, {
      records,
      texts: world.texts.hotich,
      onAccepted: (...accepted) => this.accepted(...accepted),
    });
  }

  private accepted(record: RegistryRecord, body: Fields): void {
    this.world.ledger.record('hotich', 'received', record.oneStopCode);
    for (const file of (body['fileDinhKem'] as unknown[]).map(fieldsOf)) {
      const [name, base64] = [String(file['tenTepDinhKem']), file['duLieuTepDinhKem']];
      this.world.papers.keepReceived('hotich', record.oneStopCode, { name, base64 });
    }
    this.registrar.enter(record, 1);
    this.registrar.takeUp(record);
  }

  private closed(operation: string, handle: Route['handle']): Route {
    return {
      method: 'POST',
      path: `/apiLienThongKSKT/1.0/${operation}`,
      operationOf: () => operation,
      codesOf,
      authorise: (call) => this.authorise(call),
      handle,
    };
  }

  /** Two tokens per call (Q05); hộ tịch looks into the second header too, unless `requireSecondHeader` is false. */
  private authorise(call: Call): Reply | null {
    const isBearerAlive = this.tokens.isAlive(bearerOf(call.headers.authorization));
    return isBearerAlive && this.isSecondHeaderRight(call) ? null : this.dialect.deadToken(call, false);
  }

  private isSecondHeaderRight(call: Call): boolean {
    const rule = call.faults.value('requireSecondHeader');
    if (rule === false || rule === 'revoked') return rule === false;
    const second = secondHeaderOf(call.headers['lgspaccesstoken']);
    return this.tokens.isRight(second['AccessKey'], second['SecretKey']) && hasPartnerNames(second);
  }
}

function hotichDialect(tokens: TokenStore, texts: TextBook<HotichText>): Dialect {
  return {
    failure: (call, name, words) =>
      failed(call, { code: name === 'tooLarge' ? '1001' : '500', text: words ?? texts.say(name) }),
    blocked: (call) => failed(call, { code: '101', text: texts.say('addressDisallowed') }),
    deadToken: (call, isInOkBody) => ({
      ...failed(call, { code: '100', text: texts.say('authentication') }),
      status: isInOkBody ? 200 : 401,
    }),
    endToken: (call) => tokens.end(bearerOf(call.headers.authorization)),
    rewriteTexts: (json, change) => {
      const fields = { ...fieldsOf(json) };
      for (const name of ['statusDescription', 'errorDescription']) {
        if (typeof fields[name] === 'string') fields[name] = change(fields[name]);
      }
      return fields;
    },
  };
}

/** The poll has an envelope of its own: `status` is a number there, and its message stands in `statusDescription` (hotich.md §4). */
function failed(call: Call, { code: errorCode, text }: { readonly code: string; readonly text: string }): Reply {
  return call.path.endsWith('/layKetQuaDKHT')
    ? jsonReply(200, { status: 0, statusDescription: text, errorCode, errorDescription: text, value: [] })
    : jsonReply(200, { status: '0', statusDescription: '', errorCode, errorDescription: text });
}

function codesOf(call: Call): readonly string[] {
  const { maHoSoMCDT, maHoSoLT, maDinhDanhHoSo } = fieldsOf(call.body);
  const polled: unknown[] = Array.isArray(maDinhDanhHoSo) ? maDinhDanhHoSo : [];
  return codesAmong(maHoSoMCDT, maHoSoLT, ...polled);
}

function basicOf(header: string | undefined): [string, string] {
  const text = header?.startsWith('Basic ') ? Buffer.from(header.slice(6), 'base64').toString('utf8') : '';
  const colon = text.indexOf(':');
  return [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
}

function secondHeaderOf(header: string | string[] | undefined) {
  try {
    return fieldsOf(JSON.parse(Buffer.from(String(header ?? ''), 'base64').toString('utf8')));
  } catch {
    return {};
  }
}

function hasPartnerNames(second: Readonly<Record<string, unknown>>): boolean {
  return ['AppName', 'PartnerCode', 'PartnerCodeCus'].every((name) => typeof second[name] === 'string');
}
