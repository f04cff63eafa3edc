import { applyClassifiedTexts, type ReplyRules } from '#delivery';
import { StepLoop } from '#platform';
import { applyOutcomes, type Foundation } from '../foundation';
import type { Role } from './role';

/** The guarantee behind the bell `reply-rules`, ms. */
const POLL_EVERY_MS = 1_000;

/** Reads new versions of the reply rules without a restart, and resolves what waits over a text that somebody has classified. */
export function replyRulesRole(foundation: Foundation, rules: ReplyRules): Role {
  const { db, syncLog, clock, doorbell, log } = foundation;
  const deps = { db, rules, syncLog, clock, applyOutcomes: applyOutcomes(foundation) };
  const loop = new StepLoop({
    name: 'reply-rules',
    step: async () => {
      const isNew = (await rules.reload()) > 0;
      if (isNew) log.info('reply-rules.read', { texts: rules.size });
      const resolved = await applyClassifiedTexts(deps);
      if (resolved === 0) return 'wait';
      log.info('reply-rules.applied', { count: resolved });
      doorbell.ring('outbox');
      doorbell.ring('lanes');
      return 'again';
    },
    idle: (_idleSteps, signal) => doorbell.wait('reply-rules', POLL_EVERY_MS, signal),
    log,
  });
  return { name: 'reply-rules', start: () => loop.start(), stop: () => loop.stop() };
}
