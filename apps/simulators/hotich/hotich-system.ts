import type { Call } from '../server/call';
import { codesAmong, fieldsOf } from '../server/fields';
import type { Dialect, PartnerSystem, Route } from '../server/partner-system';
import { jsonReply, type Reply } from '../server/reply';
import type { Credentials } from '../server/systems';
import { bearerOf, TokenStore } from '../server/token-store';
import type { World } from '../world';
import { pollResults } from './poll-results';
import { receivePush } from './receive-push';
import { Registrar } from './registrar';
import type { RegistryRecord } from './registry-record';
import { HOTICH_TEXTS } from './texts';

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
    this.dialect = hotichDialect(this.tokens);
    this.routes = [
      {
        method: 'POST',
        path: '/token',
        operationOf: () => 'token',
        codesOf: () => [],
        handle: (call) => this.logIn(call),
      },
      this.closed('nhanHoSoDKHT', (call) => this.push(call)),
      this.closed('layKetQuaDKHT', (call) => pollResults(call, this.records, this.world.random)),
    ];
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
    const expiresIn = Math.floor(this.world.tokenLifetimeMs / 1000);
    const scope = 'am_application_scope default';
    return jsonReply(200, {
      access_token: this.tokens.issue().token,
      scope,
      token_type: 'Bearer',
      expires_in: expiresIn,
    });
  }

  private push(call: Call): Reply {
    return receivePush(call, this.records, (record) => {
      this.world.ledger.record('hotich', 'received', record.oneStopCode);
      this.registrar.enter(record, 1);
      this.registrar.takeUp(record);
    });
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

  /** Two tokens per call (Q05); hộ tịch looks into the second header too. */
  private authorise(call: Call): Reply | null {
    const isBearerAlive = this.tokens.isAlive(bearerOf(call.headers.authorization));
    const second = secondHeaderOf(call.headers['lgspaccesstoken']);
    const isSecondRight = this.tokens.isRight(second['AccessKey'], second['SecretKey']);
    return isBearerAlive && isSecondRight && hasPartnerNames(second) ? null : this.dialect.deadToken(false);
  }
}

function hotichDialect(tokens: TokenStore): Dialect {
  return {
    failure: (text) => failure(200, '500', text),
    blocked: () => failure(200, '101', HOTICH_TEXTS.addressDisallowed),
    deadToken: (isInOkBody) => failure(isInOkBody ? 200 : 401, '100', HOTICH_TEXTS.authentication),
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

function failure(httpStatus: number, errorCode: string, errorDescription: string): Reply {
  return jsonReply(httpStatus, { status: '0', statusDescription: '', errorCode, errorDescription });
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
