import { readFileSync } from 'node:fs';
import { fileMasterKeys } from '#access';
import { brokerReady, ensureTopics } from '#bus/drivers';
import { migrate } from '#platform';
import { registerClients, type Credentials } from './credentials';
import { ensureApplicationLogin } from './database-roles';
import { StackError } from './stack-error';

const BROKER_DEADLINE_MS = 120_000;

/** The job that prepares the stores of an installation on many machines, once per release (`migrate` in docker-compose.yml):
 *  schema, the application's login, topics, clients. Running it again changes nothing that is right already.
 *  Environment: `MIGRATOR_DATABASE_URL`, `DATABASE_URL`, `KAFKA_BROKERS` (optional), `CREDENTIALS`, `KEY_DIR` (for the master key), each also as `<NAME>_FILE`. */
async function provision(env: NodeJS.ProcessEnv): Promise<void> {
  const migratorUrl = required('MIGRATOR_DATABASE_URL', env);
  const application = new URL(required('DATABASE_URL', env));
  const credentials = JSON.parse(required('CREDENTIALS', env)) as Credentials;
  await migrate(migratorUrl);
  const login = await ensureApplicationLogin(migratorUrl, decodeURIComponent(application.password));
  if (application.username !== login)
    throw new StackError(`The user of DATABASE_URL must be ${login}, the application's login.`);
  await registerClients(migratorUrl, credentials, fileMasterKeys(required('KEY_DIR', env)));
  if (!env.KAFKA_BROKERS) return;
  await brokerReady(env.KAFKA_BROKERS, BROKER_DEADLINE_MS);
  await ensureTopics(env.KAFKA_BROKERS);
}

function required(name: string, env: NodeJS.ProcessEnv): string {
  const file = env[`${name}_FILE`];
  const value = env[name] ?? (file ? readFileSync(file, 'utf8').trim() : '');
  if (value === '') throw new StackError(`${name} must be set, or ${name}_FILE name a file that holds it.`);
  return value;
}

provision(process.env).then(
  () => process.stdout.write('The stores are ready.\n'),
  (error: unknown) => {
    process.stderr.write(
      `The stores could not be prepared: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
