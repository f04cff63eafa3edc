import { listMachinesWithRoles, ROLES_OF_PEOPLE } from '#access';
import { codeOf } from '#platform';
import type { GatewayParts } from './parts';

/** Says which machines have a role of people from a version before: they get no new secret and decide about no access. Keeps nobody from starting. */
export async function warnOfMachines({ db, log }: Pick<GatewayParts, 'db' | 'log'>): Promise<void> {
  try {
    const clients = await listMachinesWithRoles(db, ROLES_OF_PEOPLE);
    if (clients.length > 0) log.warn('access.machines-with-roles-of-people', { clients, roles: [...ROLES_OF_PEOPLE] });
  } catch (error) {
    log.warn('access.machines-not-looked-at', { code: codeOf(error) });
  }
}
