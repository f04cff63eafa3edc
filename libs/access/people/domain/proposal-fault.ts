import { isAddressEntry } from '../../identity/domain/address-list';
import { ROLES_OF_PEOPLE, type Role } from '../../identity/domain/roles';
import type { ChangeContent, ChangeKind } from './access-change';

/** What each kind of change has to say, and what it may. */
const MEMBERS: Readonly<
  Record<ChangeKind, { needs: readonly (keyof ChangeContent)[]; may: readonly (keyof ChangeContent)[] }>
> = {
  'create-client': { needs: ['kind', 'roles'], may: ['units', 'addresses', 'operations', 'quota'] },
  'create-account': { needs: ['username', 'roles'], may: ['units', 'addresses', 'operations'] },
  'set-access': { needs: [], may: ['roles', 'units', 'addresses', 'operations'] },
  disable: { needs: [], may: [] },
  enable: { needs: [], may: [] },
  'reset-password': { needs: [], may: [] },
  'reset-totp': { needs: [], may: [] },
  'link-oidc': { needs: ['issuer', 'subject'], may: [] },
};

/** What is wrong with the roles that a change gives to an account of this kind. */
export function roleFault(kind: 'machine' | 'person', roles: readonly Role[] = []): ProposalFault | undefined {
  const wrong = kind === 'machine' ? roles.find((role) => ROLES_OF_PEOPLE.includes(role)) : undefined;
  return wrong && { code: 'request-invalid', field: 'roles', detail: `the role ${wrong} is for people` };
}

export interface ProposalFault {
  code: 'request-invalid' | 'address-invalid';
  field: string;
  detail: string;
}

/** What is wrong with a proposal by itself, before anybody looks at the account. */
export function proposalFault(kind: ChangeKind, content: ChangeContent): ProposalFault | undefined {
  const { needs, may } = MEMBERS[kind];
  const given = (Object.keys(content) as (keyof ChangeContent)[]).filter((member) => content[member] !== undefined);
  const missing = needs.find((member) => !given.includes(member));
  if (missing) return { code: 'request-invalid', field: missing, detail: `a change of kind ${kind} has to say it` };
  const strange = given.find((member) => !needs.includes(member) && !may.includes(member));
  if (strange) return { code: 'request-invalid', field: strange, detail: `a change of kind ${kind} does not say it` };
  if (kind === 'set-access' && given.length === 0)
    return { code: 'request-invalid', field: 'roles', detail: 'say what is to be changed' };
  if (content.addresses?.some((entry) => !isAddressEntry(entry)))
    return { code: 'address-invalid', field: 'addresses', detail: 'an IP address or a CIDR network' };
  if (kind !== 'create-client') return undefined;
  if (content.kind !== 'machine')
    return { code: 'request-invalid', field: 'kind', detail: 'a client is a machine; people get accounts' };
  return roleFault('machine', content.roles);
}
