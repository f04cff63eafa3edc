import { canonicalBytes, sha256 } from '#platform';
import type { SyncLogDetail } from '#synclog';
import type { Quota } from '../../identity/ports';
import type { ChangeContent } from '../domain/access-change';

const ALL = 'all';
const NONE = 'none';

/** What a change of access says, as the sync log may hold it: roles and communes as they are, of addresses and operations how many, and a digest of all
 *  of it (SHA-256 of the RFC 8785 form, base64) that whoever has the proposal can make again. User name, issuer and subject stay out, of the digest too. */
export function accessDetail(content: ChangeContent): SyncLogDetail {
  const { kind, roles, units, addresses, operations, quota } = content;
  const access = { kind, roles, units, addresses, operations, quota };
  if (Object.values(access).every((value) => value === undefined)) return {};
  return {
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(units === undefined ? {} : { units: units === null ? [ALL] : [...units] }),
    ...countOf('addressCount', addresses),
    ...countOf('operationCount', operations),
    ...(quota === undefined ? {} : limitsOf(quota)),
    setDigest: sha256(canonicalBytes(JSON.parse(JSON.stringify(access)))).toString('base64'),
  };
}

function countOf(key: 'addressCount' | 'operationCount', list: readonly string[] | null | undefined): SyncLogDetail {
  return list === undefined ? {} : { [key]: list === null ? ALL : list.length };
}

/** Requests in a minute and in a day. */
export function limitsOf({ perMinute, perDay }: Quota): SyncLogDetail {
  return { perMinute: perMinute ?? NONE, perDay: perDay ?? NONE };
}
