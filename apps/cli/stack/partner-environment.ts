import { randomBytes } from 'node:crypto';

type Environment = Readonly<Record<string, string | undefined>>;

/** Partner id in our environment → path below the simulators, and the prefix of the simulators' own variables. */
const PARTNERS = [
  { id: 'DVCLT', path: '/dvclt', simulated: 'DVCLT' },
  { id: 'HOTICH', path: '/hotich', simulated: 'HOTICH' },
  { id: 'DVCQG', path: '/dvcqg', simulated: 'DVCQG' },
  { id: 'ONESTOP', path: '/onestop', simulated: 'ONESTOP_SIM' },
] as const;

export interface PartnerEnvironment {
  /** `PARTNER_<ID>_URL`, `_USERNAME`, `_PASSWORD` for gateway and worker. */
  ours: Record<string, string>;
  /** What the simulators accept. */
  simulators: Record<string, string>;
}

/** Points each partner at the simulators, with a password made for this start. A partner whose URL the user has set is left
 *  wholly to the user's variables and the configuration: our random password would be refused there. */
export function partnerEnvironment(simulatorsUrl: string, given: Environment): PartnerEnvironment {
  const result: PartnerEnvironment = { ours: {}, simulators: {} };
  for (const { id, path, simulated } of PARTNERS) {
    const username = given[`PARTNER_${id}_USERNAME`] ?? 'lienthong';
    const password = given[`PARTNER_${id}_PASSWORD`] ?? randomBytes(24).toString('base64url');
    result.simulators[`${simulated}_USERNAME`] = username;
    result.simulators[`${simulated}_PASSWORD`] = password;
    if (given[`PARTNER_${id}_URL`]) continue;
    result.ours[`PARTNER_${id}_URL`] = `${simulatorsUrl}${path}`;
    result.ours[`PARTNER_${id}_USERNAME`] = username;
    result.ours[`PARTNER_${id}_PASSWORD`] = password;
  }
  return result;
}
