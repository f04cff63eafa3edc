import type { WebhookPort } from '../ports';

/** Posts by `fetch`: for tests of what is decided, not of the driver. */
export const fetchPort: WebhookPort = {
  post: async ({ url, headers, body, deadlineMs, mayWrite }) => {
    if (!mayWrite()) return { kind: 'failed', code: 'lease-lost' };
    try {
      const signal = AbortSignal.timeout(deadlineMs);
      const { status } = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      return { kind: 'answer', status };
    } catch (error) {
      return { kind: 'failed', code: (error as Error).name === 'TimeoutError' ? 'deadline' : 'away' };
    }
  },
};
