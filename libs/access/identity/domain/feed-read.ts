import type { Role } from './roles';

/** Who may have the events of the feed: by asking for them, or by a webhook in the name of the account. */
export const FEED_READ = {
  /** Id of the API operation. */
  operation: 'feed.read',
  roles: ['integrator', 'operator', 'approver', 'auditor'],
} as const satisfies { operation: string; roles: readonly Role[] };
