import { knownValues } from '../domain/known-values';
import { replyCode, replyText } from '../domain/reply-text';
import type { CallResult, DeliveryTask, PartnerAdapter, RenderedContent } from '../ports';
import type { ReplyRules } from './reply-rules';

/** An adapter whose unknown texts are looked up among those that people have classified (DESIGN §7 *Reply rules*). The partner's own rules
 *  come first and are not touched: only what they leave to a person is asked here, and only as a whole text. */
export function withClassifiedTexts(adapter: PartnerAdapter, rules: Pick<ReplyRules, 'find'>): PartnerAdapter {
  return {
    partner: adapter.partner,
    policy: adapter.policy,
    repeatPolicy: (operation) => adapter.repeatPolicy(operation),
    render: (task, payloads) => adapter.render(task, payloads),
    probe: (task, content, signal) => adapter.probe(task, content, signal),
    send: async (task, content, signal, mayWrite) =>
      classified(await adapter.send(task, content, signal, mayWrite), { task, content, rules }),
  };
}

interface Sent {
  task: DeliveryTask;
  content: RenderedContent;
  rules: Pick<ReplyRules, 'find'>;
}

function classified(result: CallResult, { task, content, rules }: Sent): CallResult {
  const { unread, ...rest } = result;
  if (unread === undefined || result.outcome !== 'unknown') return result;
  const text = replyText(unread, knownValues(task, content));
  const { partner, operation } = task;
  const rule = rules.find({ partner, operation, code: replyCode(unread, result.httpStatus), text });
  if (rule === undefined) return { ...result, unread: { ...unread, text } };
  return { ...rest, outcome: rule.outcome, reasonCode: rule.id, rule: { id: rule.id, version: rule.version } };
}
