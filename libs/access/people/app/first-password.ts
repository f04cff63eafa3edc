import { createHmac } from 'node:crypto';
import type { ChangeKind } from '../domain/access-change';

/** 72 bits for each half: either of them alone opens nothing, and both are typed once. */
const HALF_LENGTH = 12;
const WITH_PASSWORD: readonly ChangeKind[] = ['create-account', 'reset-password'];

/** Whether a change brings a first password. It has two halves: the proposer is shown the one and who confirms the other, so that no administrator
 *  alone can log in as somebody else. The halves are an HMAC: they are stored nowhere. */
export function bringsPassword(kind: ChangeKind): boolean {
  return WITH_PASSWORD.includes(kind);
}

/** The first half, of the request that proposes it: an equal repeat shows it again. */
export function proposersHalf(seed: Buffer, request: { by: string; key: string; clientId: string }): string {
  return half(seed, ['proposer', request.by, request.key, request.clientId]);
}

/** The second half, of the change: shown to whoever confirms it and to nobody before. */
export function confirmersHalf(seed: Buffer, change: { id: string; clientId: string }): string {
  return half(seed, ['confirmer', change.id, change.clientId]);
}

function half(seed: Buffer, parts: readonly string[]): string {
  return createHmac('sha256', seed)
    .update(JSON.stringify(['first-password', parts]))
    .digest('base64url')
    .slice(0, HALF_LENGTH);
}
