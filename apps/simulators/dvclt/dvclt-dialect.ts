import { randomUUID } from 'node:crypto';
import type { Call } from '../server/call';
import { fieldsOf, type Fields } from '../server/fields';
import type { Dialect } from '../server/partner-system';
import { jsonReply, type Reply } from '../server/reply';
import { bearerOf, type TokenStore } from '../server/token-store';
import { DVCLT_TEXTS } from './texts';

/** ASP.NET problem shape of dvclt.md §5; a failure is HTTP 200 with another `status` in the body (Q01). */
export function dvcltFailure(field: string, text: string, status = 400): Reply {
  const traceId = randomUUID();
  return jsonReply(200, {
    type: 'about:blank',
    title: DVCLT_TEXTS.failureTitle,
    status,
    errors: { [field]: [text] },
    traceId,
  });
}

export function dvcltSuccess(title: string): Reply {
  return jsonReply(200, { status: 200, title, errors: {}, traceId: randomUUID() });
}

export function dvcltDialect(tokens: TokenStore): Dialect {
  return {
    failure: (text) => dvcltFailure('soHoSoLT', text, 500),
    blocked: () => jsonReply(403, { status: 403, title: 'IP_DISALLOWED' }),
    deadToken: (isInOkBody) => jsonReply(isInOkBody ? 200 : 401, { status: 401, title: DVCLT_TEXTS.unauthorised }),
    endToken: (call: Call) => tokens.end(bearerOf(call.headers.authorization)),
    rewriteTexts,
  };
}

function rewriteTexts(json: unknown, change: (text: string) => string): unknown {
  const { title, errors, ...rest } = fieldsOf(json);
  if (typeof title !== 'string') return json;
  const sentences = Object.entries(fieldsOf(errors)).map(([field, texts]) => [field, (texts as string[]).map(change)]);
  const rewritten = Object.fromEntries(sentences) as Fields;
  return { ...rest, title: change(title), ...(errors === undefined ? {} : { errors: rewritten }) };
}
