import type { Call } from '../server/call';
import { codesAmong, fieldsOf, isBlank, textOf } from '../server/fields';
import type { Dialect, PartnerSystem, Route } from '../server/partner-system';
import { jsonReply, type Reply } from '../server/reply';
import type { Credentials } from '../server/systems';
import { TokenStore } from '../server/token-store';
import type { World } from '../world';
import { catalogueRows } from './catalogues';
import { FileFetch } from './file-fetch';
import type { PortalDossier } from './portal-dossier';
import { portalReply, spelledCode } from './portal-reply';
import { addProgress } from './progress';
import { synchronise } from './synchronise';
import { withDateVariant } from '../variants/date-variant';
import type { TextBook } from '../server/text-book';
import type { PortalText } from './texts';

const CATALOGUE_SERVICES = ['LayThuTuc', 'LayDanhSachTTHC', 'LayDanhMucCoQuan', 'LayDanhMucLinhVuc'];
const SERVICES = ['DongBoHoSoMC', 'CapNhatTienDoHoSoMC', 'TraCuuHoSo', ...CATALOGUE_SERVICES];

export interface PortalOptions {
  readonly credentials: Credentials;
  /** How long the portal waits for one file, milliseconds. */
  readonly fileTimeoutMs: number;
}

/** The national portal behind its adapter (dvcqg.md §1-3): one address, the service in the body. */
export class DvcqgSystem implements PartnerSystem {
  readonly id = 'dvcqg';
  readonly operations = ['login', ...SERVICES, 'unknown'];
  readonly routes: readonly Route[];
  readonly dialect: Dialect;
  private readonly dossiers = new Map<string, PortalDossier>();
  private readonly sessions: TokenStore;
  private readonly files: FileFetch;

  constructor(
    private readonly world: World,
    { credentials, fileTimeoutMs }: PortalOptions,
  ) {
    this.sessions = new TokenStore(credentials, world.tokenLifetimeMs, () => world.now());
    this.files = new FileFetch(world, fileTimeoutMs);
    this.dialect = portalDialect(this.sessions, world.texts.dvcqg);
    this.routes = [
      {
        method: 'POST',
        path: '/mapi/login',
        operationOf: () => 'login',
        codesOf: () => [],
        handle: (call) => this.logIn(call),
      },
      {
        method: 'POST',
        path: '/mapi/tichhop',
        operationOf: serviceOf,
        codesOf,
        authorise: (call) => (this.sessions.isAlive(sessionOf(call)) ? null : this.dialect.deadToken(call, true)),
        handle: (call) => this.serve(call),
      },
    ];
  }

  stop(): void {
    this.files.stop();
  }

  /** The portal loses every dossier that it holds: it was restored from an empty backup. What it had taken stays in the ledger. */
  forgetAll(): void {
    this.dossiers.clear();
  }

  /** Loses one dossier. @returns whether it had it */
  forget(code: string): boolean {
    return this.world.cases.aliasesOf(code).some((name) => this.dossiers.delete(name));
  }

  private logIn(call: Call): Reply {
    const { username, password } = fieldsOf(call.body);
    if (isBlank(call.headers['dstcode'])) return this.refusal(call, 'missingDestination');
    if (!this.sessions.isRight(username, password)) return this.refusal(call, 'wrongLogin');
    const session = this.sessions.issue().token;
    return jsonReply(200, { error_code: spelledCode(call.faults, 0), session });
  }

  private serve(call: Call): Reply {
    const body = fieldsOf(call.body);
    if (isBlank(body['madonvi'])) return portalReply(call.faults, -1, 'madonvi không được để trống');
    const store = { dossiers: this.dossiers, files: this.files, world: this.world };
    const service = serviceOf(call);
    if (service === 'DongBoHoSoMC') return synchronise(call, store);
    if (service === 'CapNhatTienDoHoSoMC') return addProgress(call, store);
    if (service === 'TraCuuHoSo') return this.lookUp(call);
    const rows = catalogueRows(service, body);
    return rows === undefined ? this.refusal(call, 'unknownService') : this.found(call, rows);
  }

  private lookUp(call: Call): Reply {
    const dossier = this.dossiers.get(textOf(fieldsOf(call.body)['mahoso']) ?? '');
    if (dossier === undefined || dossier.isDraft) return this.found(call, []);
    const row = { MaHoSo: dossier.code, TrangThaiHoSo: dossier.state, ...dossier.dates };
    return this.found(call, [withDateVariant(row, call.faults)]);
  }

  private found(call: Call, rows: readonly unknown[]): Reply {
    return portalReply(call.faults, 0, this.world.texts.dvcqg.say('found'), rows);
  }

  private refusal(call: Call, text: PortalText): Reply {
    return portalReply(call.faults, -1, this.world.texts.dvcqg.say(text));
  }
}

function portalDialect(sessions: TokenStore, texts: TextBook<PortalText>): Dialect {
  const failure = (name: PortalText, words?: string) =>
    jsonReply(200, { error_code: -1, message: words ?? texts.say(name), result: [] });
  return {
    failure: (_call, name, words) => failure(name, words),
    blocked: () => jsonReply(403, { error_code: -1, message: 'IP_DISALLOWED', result: [] }),
    deadToken: () => failure('deadSession'),
    endToken: (call) => sessions.end(sessionOf(call)),
    rewriteTexts: (json, change) => {
      const fields = fieldsOf(json);
      return typeof fields['message'] === 'string' ? { ...fields, message: change(fields['message']) } : json;
    },
  };
}

function sessionOf(call: Call): string | undefined {
  return textOf(fieldsOf(call.body)['session']);
}

function serviceOf(call: Call): string {
  const service = textOf(fieldsOf(call.body)['service']) ?? '';
  return SERVICES.includes(service) ? service : 'unknown';
}

function codesOf(call: Call): readonly string[] {
  const { data, mahoso } = fieldsOf(call.body);
  const items: unknown[] = Array.isArray(data) ? data : [];
  return codesAmong(mahoso, ...items.map((item) => fieldsOf(item)['MaHoSo']));
}
