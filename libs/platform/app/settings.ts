import { readFileSync } from 'node:fs';
import { PEOPLE, withOidc, type WithOidc } from './people-settings';
import {
  list,
  oneOf,
  optionalText,
  readSettings,
  SettingsError,
  text,
  url,
  whole,
  type Environment,
  type Setting,
  type Settings,
  type ValuesOf,
} from './setting';
import { TLS, withTls, type WithTls } from './tls-settings';

/** What `WORKER_ROLES` may name (DESIGN §5). */
export const WORKER_ROLES = [
  'sequencer',
  'relay',
  'router',
  'subscribers',
  'couriers',
  'replays',
  'reconciler',
  'pollers',
  'clocks',
  'sealer',
  'webhooks',
] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

const COMMON = {
  databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:'], {
    about: 'PostgreSQL, with the application’s login (a member of the role lienthong_app).',
    isSecret: true,
  }),
  databasePoolSize: whole('DATABASE_POOL_SIZE', 2, 200, { about: 'Connections of one pool.', fallback: 10 }),
  bus: oneOf('BUS', ['kafka', 'postgres', 'auto'], {
    about: 'What carries the events between the parts: Kafka, or the event log in PostgreSQL.',
    fallback: 'auto',
    fallbackText: '`kafka` when `KAFKA_BROKERS` is set, else `postgres`',
  }),
  kafkaBrokers: list('KAFKA_BROKERS', null, {
    about: 'Addresses `host:port` of the brokers, comma-separated.',
    fallback: [] as readonly string[],
    fallbackText: 'none',
  }),
  keyDir: text('KEY_DIR', {
    about:
      'Folder with `master.key` (32 random bytes, base64; a document with several keys once it was changed) and `signing.json` (Ed25519 private JWK with `kid`), `synclog.json` (the same with `origin`, the sync log’s name).',
  }),
  objectDir: optionalText('OBJECT_DIR', {
    about:
      'Folder for sealed large objects, which are kept in PostgreSQL when absent. Gateways and workers of all machines must see the same folder, and it belongs into the backup.',
  }),
  objectMinBytes: whole('OBJECT_MIN_BYTES', 65_536, 16_777_216, {
    about:
      'Smallest file or streamed message that goes to `OBJECT_DIR`, bytes. So many bytes of each one being read stay in memory.',
    fallback: 1_048_576,
  }),
  archiveDir: optionalText('ARCHIVE_DIR', {
    about:
      'Folder of the archived months of the sync log. Gateways of all machines must see the same folder, and it belongs into the backup. Absent: entries of archived months are answered with 410.',
  }),
  configDir: text('CONFIG_DIR', { about: 'Folder of procedures, partners, reply rules, units.', fallback: 'config' }),
  publicUrl: url('PUBLIC_URL', ['http:', 'https:'], {
    about: 'Address at which partners and clients reach the gateway: issuer of tokens, base of the links at `/files/`.',
  }),
  fileLinkDays: whole('FILE_LINK_DAYS', 1, 366, {
    about: 'Days for which a link at `/files/` stays valid after it was last handed out.',
    fallback: 30,
  }),
  logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    about: 'Least level of the log lines.',
    fallback: 'info',
  }),
};

const GATEWAY = {
  host: text('HOST', { about: 'Address that the gateway listens on.', fallback: '127.0.0.1' }),
  port: whole('PORT', 0, 65_535, { about: 'Port of the gateway; 0 takes a free one.', fallback: 3000 }),
  trustedProxies: list('TRUSTED_PROXIES', null, {
    about: 'Addresses or networks (CIDR) of reverse proxies whose `X-Forwarded-For` is believed.',
    fallback: [] as readonly string[],
    fallbackText: 'none',
  }),
  maxBodyBytes: whole('MAX_BODY_BYTES', 1_024, 16_777_216, {
    about: 'Largest request body, bytes.',
    fallback: 262_144,
  }),
  maxDossierBytes: whole('MAX_DOSSIER_BYTES', 65_536, 268_435_456, {
    about: 'Largest body of `POST /api/v1/dossiers`, which carries files, bytes.',
    fallback: 67_108_864,
  }),
  maxFailedLogIns: whole('MAX_FAILED_LOG_INS', 1, 1_000, {
    about: 'Failed log-ins of one client from one address in a minute before it has to wait.',
    fallback: 10,
  }),
  secretOverlapHours: whole('SECRET_OVERLAP_HOURS', 0, 8_784, {
    about:
      'How long the secret before stays valid when a client gets its next one and nothing else is asked for, hours.',
    fallback: 168,
  }),
  secretOverlapMaxHours: whole('SECRET_OVERLAP_MAX_HOURS', 0, 8_784, {
    about: 'The longest that may be asked for, hours.',
    fallback: 720,
  }),
  ...TLS,
  ...PEOPLE,
  drainMs: whole('DRAIN_MS', 0, 120_000, {
    about: 'How long requests in flight may still run after SIGTERM, ms.',
    fallback: 10_000,
  }),
};

const WORKER = {
  roles: list('WORKER_ROLES', WORKER_ROLES, {
    about: 'What this worker runs, comma-separated.',
    fallback: WORKER_ROLES,
    fallbackText: `all: ${WORKER_ROLES.join(', ')}`,
  }),
  workerId: optionalText('WORKER_ID', { about: 'Name of this worker in leases; a new one at each start when absent.' }),
  checkpointDir: optionalText('CHECKPOINT_DIR', {
    about:
      'Folder outside the database that gets the newest checkpoint of the sync log; against it a database that was set back shows. None when absent.',
  }),
  metricsPort: whole('METRICS_PORT', 0, 65_535, {
    about: 'Port on 127.0.0.1 for the worker’s `/metrics` and `/health/live`; 0 serves none.',
    fallback: 0,
  }),
};

/** DVCLT's second log-in, for `statusToken: own`. */
const STATUS_TOKEN: Settings = Object.fromEntries(
  [
    ['SECRET_ID', 'SecretId', '_USERNAME'],
    ['SECRET_PASS', 'SecretPass', '_PASSWORD'],
  ].map(([name, member, otherwise]): [string, Setting<unknown>] => [
    `DVCLT-${name}`,
    text(`PARTNER_DVCLT_${name}`, {
      about: `${member} of the own token of the status end-point (\`statusToken: own\`); wins over its file.`,
      fallback: '',
      fallbackText: `\`auth\` of its file, else \`PARTNER_DVCLT${otherwise}\``,
      isSecret: true,
    }),
  ]),
);

/** Read by the partners' configuration loader (libs/partners), listed here so that one table has every name. */
const PARTNERS: Settings = Object.fromEntries(
  ['DVCLT', 'HOTICH', 'DVCQG', 'ONESTOP'].flatMap((id): [string, Setting<unknown>][] => [
    [
      `${id}-url`,
      url(`PARTNER_${id}_URL`, ['http:', 'https:'], {
        about: 'Base address of this partner; wins over its file.',
        fallback: '',
        fallbackText: '`baseUrl` of its file',
      }),
    ],
    [
      `${id}-username`,
      text(`PARTNER_${id}_USERNAME`, {
        about: 'Log-in at this partner; wins over its file.',
        fallback: '',
        fallbackText: '`auth` of its file',
        isSecret: true,
      }),
    ],
    [
      `${id}-password`,
      text(`PARTNER_${id}_PASSWORD`, {
        about: 'Password at this partner; wins over its file.',
        fallback: '',
        fallbackText: '`auth` of its file',
        isSecret: true,
      }),
    ],
  ]),
);

export interface BusSettings {
  kind: 'kafka' | 'postgres';
  brokers: readonly string[];
}
type Common = Omit<ValuesOf<typeof COMMON>, 'bus' | 'kafkaBrokers'> & { readonly bus: BusSettings };
export type GatewaySettings = Common & WithTls<WithOidc<ValuesOf<typeof GATEWAY>>>;
export type WorkerSettings = Common & ValuesOf<typeof WORKER>;

const readText = (path: string): string => readFileSync(path, 'utf8');

/** Settings of apps/gateway. Throws a SettingsError with every problem at once. */
export function gatewaySettings(env: Environment, readFile = readText): GatewaySettings {
  return withTls(withOidc(withBus(readSettings({ ...COMMON, ...GATEWAY }, env, readFile))));
}

/** Settings of apps/worker. Throws a SettingsError with every problem at once. */
export function workerSettings(env: Environment, readFile = readText): WorkerSettings {
  return withBus(readSettings({ ...COMMON, ...WORKER }, env, readFile));
}

function withBus<T extends { bus: 'kafka' | 'postgres' | 'auto'; kafkaBrokers: readonly string[] }>(
  values: T,
): Omit<T, 'bus' | 'kafkaBrokers'> & { bus: BusSettings } {
  const { bus, kafkaBrokers: brokers, ...rest } = values;
  if (bus === 'kafka' && brokers.length === 0) throw new SettingsError(['KAFKA_BROKERS must be set: BUS is kafka']);
  const kind = bus === 'auto' ? (brokers.length > 0 ? 'kafka' : 'postgres') : bus;
  return { ...rest, bus: { kind, brokers } };
}

/** `docs/reference/configuration.md`, generated from the same table that is read at start. */
export function settingsReference(): string {
  return [
    '# Configuration',
    '',
    'Generated from `libs/platform/app/settings.ts`; do not edit. Every variable may instead be given as `<NAME>_FILE`, the path of a file',
    'that holds the value (secrets of containers). An empty variable counts as absent. All errors are reported at once, at start.',
    ...section('Gateway and worker', COMMON),
    ...section('Gateway', GATEWAY),
    ...section('Worker', WORKER),
    ...section('Partners', { ...PARTNERS, ...STATUS_TOKEN }),
    '',
  ].join('\n');
}

function section(title: string, settings: Settings): string[] {
  const rows = Object.values(settings).map((setting) => {
    const shown = setting.fallbackText ?? defaultOf(setting.fallback);
    return `| \`${setting.env}\` | ${setting.about}${setting.isSecret ? ' Secret.' : ''} | ${shown} |`;
  });
  return ['', `## ${title}`, '', '| variable | meaning | default |', '| --- | --- | --- |', ...rows];
}

function defaultOf(fallback: unknown): string {
  return typeof fallback === 'string' || typeof fallback === 'number' ? `\`${fallback}\`` : '**required**';
}
