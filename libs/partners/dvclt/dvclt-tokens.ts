import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { logIn } from '../http/log-in';
import { TokenSource, type TokenGrant } from '../http/token-source';
import { filledText } from '../wire/fields';
import { jsonBody } from '../wire/json-body';

/** The token sources of DVCLT: one, or a second one for the status endpoint (`statusToken: own`, dvclt.md §1.1). */
export interface DvcltTokens {
  general: TokenSource;
  status: TokenSource;
}

/** Both answer shapes carry the JWT in `token`. Their end is not read: `refreshTokenExpiryTime` is another token's, `expiration` has no
 *  recorded form; a dead token shows itself as HTTP 401. */
function readToken(json: JsonObject): TokenGrant | undefined {
  const value = filledText(json['token']);
  return value === undefined ? undefined : { value };
}

function source(deps: AdapterDeps, name: string, pathName: string, credentials: object): TokenSource {
  return new TokenSource({
    name,
    clock: deps.clock,
    log: deps.log,
    deadlineMs: deps.config.deadlines.callMs,
    obtain: (signal) =>
      logIn(
        deps,
        { method: 'POST', url: urlOf(deps.config, pathName), body: jsonBody(credentials) },
        readToken,
        signal,
      ),
  });
}

export function dvcltTokens(deps: AdapterDeps): DvcltTokens {
  const { username, password, statusToken, secretId, secretPass } = deps.config.auth;
  const general = source(deps, 'dvclt', 'token', { userName: username, password });
  if (statusToken === 'shared') return { general, status: general };
  const own = { SecretId: secretId ?? username, SecretPass: secretPass ?? password };
  return { general, status: source(deps, 'dvclt-status', 'statusToken', own) };
}
