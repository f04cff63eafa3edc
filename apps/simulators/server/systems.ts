/** The outside systems of this process; each is mounted below `/{id}`, which is the `baseUrl` of that partner. */
export const SYSTEMS = ['dvclt', 'hotich', 'dvcqg', 'onestop'] as const;
export type SystemId = (typeof SYSTEMS)[number];

/** User name and password (or key and secret) with which a client logs in to one system. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}
