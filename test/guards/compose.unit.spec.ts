import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Service {
  environment: Readonly<Record<string, string | number>>;
  secrets?: readonly (string | { source: string })[];
  command?: string | readonly string[];
}

interface ComposeFile {
  services: Readonly<Record<string, Service>>;
  secrets: Readonly<Record<string, { file?: string; environment?: string; external?: boolean }>>;
}

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;

/** Variables in the tables of a page. */
const tabled = (path: string): string[] => [...read(path).matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);

/** Each name, and the name of a file that holds its value. */
const alsoAsFile = (names: readonly string[]): string[] => names.flatMap((name) => [name, `${name}_FILE`]);

/** `apps/simulators/README.md` names one system's log-in and the prefixes of the others. */
function simulatorVariables(): string[] {
  const [, paragraph] = /^Environment: ([\s\S]*?)\n\n/m.exec(read('apps/simulators/README.md')) ?? [];
  const words = [...(paragraph ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, word]) => word);
  return words.flatMap((word) => (word.endsWith('_') ? [`${word}USERNAME`, `${word}PASSWORD`] : [word]));
}

/** Documented at hub.docker.com/_/postgres; the image reads these four from files too. */
const POSTGRES_IMAGE = [
  ...alsoAsFile(['POSTGRES_PASSWORD', 'POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_INITDB_ARGS']),
  'POSTGRES_INITDB_WALDIR',
  'POSTGRES_HOST_AUTH_METHOD',
  'PGDATA',
];

/** The image turns KAFKA_A_B into the broker's property a.b (its README); these are the properties that we set. */
const KAFKA_PROPERTIES = [
  'node.id',
  'process.roles',
  'listeners',
  'advertised.listeners',
  'controller.listener.names',
  'inter.broker.listener.name',
  'listener.security.protocol.map',
  'controller.quorum.voters',
  'offsets.topic.replication.factor',
  'transaction.state.log.replication.factor',
  'transaction.state.log.min.isr',
  'group.initial.rebalance.delay.ms',
  'auto.create.topics.enable',
  'log.dirs',
];
const KAFKA_IMAGE = [
  ...KAFKA_PROPERTIES.map((property) => `KAFKA_${property.toUpperCase().replaceAll('.', '_')}`),
  'KAFKA_HEAP_OPTS',
];

const FLOW = alsoAsFile(tabled('docs/reference/configuration.md'));
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  postgres: POSTGRES_IMAGE,
  kafka: KAFKA_IMAGE,
  migrate: alsoAsFile(tabled('docs/how-to/run-in-containers.md')),
  simulators: simulatorVariables(),
  gateway: FLOW,
  worker: FLOW,
};

const SECRET = /PASSWORD|SECRET|CREDENTIALS|DATABASE_URL|TOKEN(?!_LIFETIME)/;

describe('docker-compose.yml', () => {
  it('has the services whose variables are documented, and no others', () => {
    expect(Object.keys(compose.services).sort()).toEqual(Object.keys(KNOWN).sort());
  });

  it.each(Object.keys(KNOWN))('gives %s only variables that are documented for it', (service) => {
    const given = Object.keys(compose.services[service].environment);
    expect(given.length).toBeGreaterThan(0);
    expect(given.filter((name) => !KNOWN[service].includes(name))).toEqual([]);
  });

  it('sets what a documented variable of the simulators needs in its command only from a file of a secret', () => {
    const script = [compose.services.simulators.command ?? []].flat().join('\n');
    const exported = [...script.matchAll(/export ([A-Z_]+)="\$\$\(cat \/run\/secrets\/([a-z-]+)\)"/g)];
    expect(exported).toHaveLength(script.split('export ').length - 1);
    expect(exported.map(([, name]) => name).filter((name) => !KNOWN.simulators.includes(name))).toEqual([]);
    const given = (compose.services.simulators.secrets ?? []).map((one) =>
      typeof one === 'string' ? one : one.source,
    );
    expect(exported.map(([, , secret]) => secret).filter((secret) => !given.includes(secret))).toEqual([]);
  });

  it('takes every secret from a file: no value, no default, no password inside an address', () => {
    const all = Object.values(compose.services).flatMap(({ environment }) => Object.entries(environment));
    expect(all.filter(([name]) => SECRET.test(name) && !name.endsWith('_FILE'))).toEqual([]);
    const fromFiles = all.filter(([name]) => SECRET.test(name)).map(([, value]) => String(value));
    expect(fromFiles.filter((value) => !value.startsWith('/run/secrets/'))).toEqual([]);
    expect(all.filter(([, value]) => /:\/\/[^/\s]*:[^/\s]*@|\$\{/.test(String(value)))).toEqual([]);
    expect(Object.values(compose.secrets).filter(({ file }) => !file?.startsWith('.lienthong/'))).toEqual([]);
  });
});
