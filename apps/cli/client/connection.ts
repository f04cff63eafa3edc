import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './cli-error';

export interface ConnectionOptions {
  data: string;
  url?: string;
  /** Name of an account in credentials.json. */
  as: string;
}

export interface Connection {
  baseUrl: string;
  simulatorsUrl: string | null;
  clientId: string;
  clientSecret: string;
}

interface CredentialsFile {
  baseUrl: string;
  simulatorsUrl: string | null;
  [account: string]: unknown;
}

interface Account {
  clientId: string;
  clientSecret: string;
}

/** Where and as whom to call: the environment wins, then `--url`, then DIR/credentials.json (CONTRACTS §5).
 *  Throws CliError with exit code 3 when no installation is found, 2 when the account is unknown. */
export function connectionOf(options: ConnectionOptions, env: NodeJS.ProcessEnv): Connection {
  const file = readCredentials(options.data);
  const baseUrl = gatewayUrlOf(options, env);
  const account = accountOf(options, file, env);
  return { baseUrl, simulatorsUrl: file?.simulatorsUrl ?? null, ...account };
}

/** Where to call, without a slash at the end. Throws CliError with exit code 3 when no installation is found. */
export function gatewayUrlOf(options: Pick<ConnectionOptions, 'data' | 'url'>, env: NodeJS.ProcessEnv): string {
  const baseUrl = env.LIENTHONG_URL ?? options.url ?? readCredentials(options.data)?.baseUrl;
  if (baseUrl) return baseUrl.replace(/\/+$/, '');
  throw new CliError(
    `No installation in ${resolve(options.data)}: start one with npm start, or name one with --data DIR or --url URL.`,
    EXIT.unreachable,
  );
}

/** URL of the simulators of the installation in `dir`; they need no account. */
export function simulatorsUrlOf(dir: string): string {
  const url = readCredentials(dir)?.simulatorsUrl;
  if (!url) throw new CliError('This installation runs without simulators.', EXIT.unreachable);
  return url;
}

function accountOf(options: ConnectionOptions, file: CredentialsFile | undefined, env: NodeJS.ProcessEnv): Account {
  if (env.LIENTHONG_CLIENT_ID && env.LIENTHONG_CLIENT_SECRET) {
    return { clientId: env.LIENTHONG_CLIENT_ID, clientSecret: env.LIENTHONG_CLIENT_SECRET };
  }
  const account = file?.[options.as];
  if (isAccount(account)) return account;
  const known = Object.entries(file ?? {}).flatMap(([name, value]) => (isAccount(value) ? [name] : []));
  const hint =
    known.length > 0 ? `known are ${known.join(', ')}` : 'set LIENTHONG_CLIENT_ID and LIENTHONG_CLIENT_SECRET';
  throw new CliError(`No account "${options.as}": ${hint}.`, EXIT.usage);
}

function isAccount(value: unknown): value is Account {
  return typeof value === 'object' && value !== null && 'clientId' in value && 'clientSecret' in value;
}

function readCredentials(dir: string): CredentialsFile | undefined {
  const path = join(resolve(dir), 'credentials.json');
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as CredentialsFile;
  } catch {
    throw new CliError(`${path} cannot be read: it must be JSON, and readable by you.`, EXIT.unreachable);
  }
}
