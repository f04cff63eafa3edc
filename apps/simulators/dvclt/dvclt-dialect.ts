import { randomUUID } from 'node:crypto';
import type { Call } from '../server/call';
import { fieldsOf, type Fields } from '../server/fields';
import type { CommonText, Dialect } from '../server/partner-system';
import { jsonReply, type Reply } from '../server/reply';
import type { TextBook } from '../server/text-book';
import { bearerOf, type TokenStore } from '../server/token-store';
import type { FieldComplaint } from './check-result';
import type { DvcltText } from './texts';

/** The ASP.NET problem shape of dvclt.md §5; a failure is HTTP 200 with another `status` in the body (Q01). */
export class DvcltAnswers {
  constructor(private readonly texts: TextBook<DvcltText>) {}

  success(name: DvcltText): Reply {
    return jsonReply(200, { status: 200, title: this.texts.say(name), errors: {}, traceId: randomUUID() });
  }

  /** A failure that concerns the dossier as a whole. */
  refused(name: DvcltText, parts: Readonly<Record<string, number>> = {}): Reply {
    return this.failure('soHoSoLT', this.texts.say(name, parts));
  }

  wrongField({ field, text }: FieldComplaint): Reply {
    return this.failure(field, text ?? this.texts.say('empty', { field }));
  }

  failure(field: string, text: string, status = 400): Reply {
    const title = this.texts.say('failureTitle');
    return jsonReply(200, { type: 'about:blank', title, status, errors: { [field]: [text] }, traceId: randomUUID() });
  }
}

export function dvcltDialect(tokens: TokenStore, texts: TextBook<DvcltText>): Dialect {
  const answers = new DvcltAnswers(texts);
  return {
    failure: (_call, name: CommonText, words) => answers.failure('soHoSoLT', words ?? texts.say(name), 500),
    blocked: () => jsonReply(403, { status: 403, title: 'IP_DISALLOWED' }),
    deadToken: (_call, isInOkBody) =>
      jsonReply(isInOkBody ? 200 : 401, { status: 401, title: texts.say('unauthorised') }),
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
