import type { Viewer } from '#privacy';
import { actorOf, callerOf, type AuthenticatedRequest } from './access';

/** Who looks at personal data, as the use cases and the sync log know them. */
export function viewerOf(request: AuthenticatedRequest, addressDigest: (address: string) => string): Viewer {
  const { roles, units } = callerOf(request);
  return { actor: actorOf(request, addressDigest), roles, units };
}
