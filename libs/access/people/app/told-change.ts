import { rfc3339 } from '#platform';
import {
  isDue,
  type AccessChange,
  type ChangeContent,
  type ChangeKind,
  type ChangeState,
} from '../domain/access-change';

/** A change of access as it is told: no hash, times as text. */
export interface ToldChange {
  id: string;
  kind: ChangeKind;
  clientId: string;
  content: ChangeContent;
  reason: string;
  state: ChangeState;
  proposedBy: string;
  proposedAt: string;
  expiresAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
}

export function toldChange(change: AccessChange, now: Date): ToldChange {
  const { id, kind, clientId, content, reason, proposedBy, proposedAt, expiresAt, decidedBy, decidedAt } = change;
  return {
    id,
    kind,
    clientId,
    content,
    reason,
    state: isDue(change, now) ? 'expired' : change.state,
    proposedBy,
    proposedAt: rfc3339(proposedAt),
    expiresAt: rfc3339(expiresAt),
    decidedBy,
    decidedAt: decidedAt && rfc3339(decidedAt),
  };
}
