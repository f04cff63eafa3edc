import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ensureMasterKey, hashSecret, insertClient, ROLES, type Quota, type Role } from '#access';
import { gatewaySettings, type Clock, type Log, type LogFields } from '#platform';
import { ensureLogKey, ensureSigningKey } from '#synclog';
import { createHttpApp, type HttpApp } from '../../apps/gateway/http-app';
import { closeParts, openParts, type GatewayParts } from '../../apps/gateway/parts';
import { testDatabase } from './test-database';

interface LogLine {
  level: string;
  event: string;
  fields: LogFields;
}

/** A gateway without a listener, over a database of its own, with one client for each role (id = role, secret = `secretOf(role)`). */
export interface TestGateway {
  app: NestFastifyApplication;
  routes: HttpApp['routes'];
  parts: GatewayParts;
  lines: LogLine[];
  /** The superuser's way into the same database. */
  ownerUrl: string;
  /** An access token of the client of that role; fresh for each client and kept. */
  token(clientId: string): Promise<string>;
  /** One that is not kept: for tests whose clock moves on. */
  freshToken(clientId: string): Promise<string>;
  /** A further client. */
  addClient(client: {
    id: string;
    roles: Role[];
    /** @default 'machine' for `integrator`, else 'person' */
    kind?: 'machine' | 'person';
    quota?: Quota;
    units?: string[];
    addresses?: string[];
    operations?: string[];
  }): Promise<void>;
  stop(): Promise<void>;
}

export interface TestGatewayOptions {
  clock?: Clock;
  env?: Record<string, string>;
  /** Turns the database's URL into the one that the gateway uses, e.g. one through a line that can be cut. */
  databaseUrl?: (url: string) => string;
}

export const secretOf = (clientId: string): string => `synthetic-secret-of-${clientId}`;

export async function testGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const database = await testDatabase();
  const keyDir = mkdtempSync(join(tmpdir(), 'lienthong-gateway-'));
  ensureMasterKey(keyDir);
  ensureSigningKey(keyDir);
  ensureLogKey(keyDir, 'http://gateway.test');
  const lines: LogLine[] = [];
  const settings = gatewaySettings({
    DATABASE_URL: options.databaseUrl?.(database.url) ?? database.url,
    KEY_DIR: keyDir,
    PUBLIC_URL: 'http://gateway.test',
    BUS: 'postgres',
    ...options.env,
  });
  const parts = openParts(settings, recordingLog(lines), options.clock ? { clock: options.clock } : {});
  const { app, routes } = await createHttpApp(parts);
  const tokens = new Map<string, Promise<string>>();
  const addClient: TestGateway['addClient'] = (client) => storeClient(parts, client);
  await Promise.all(ROLES.map((role) => addClient({ id: role, roles: [role] })));
  return {
    app,
    routes,
    parts,
    lines,
    ownerUrl: database.ownerUrl,
    addClient,
    token: (clientId) => {
      const known = tokens.get(clientId) ?? logIn(app, clientId);
      tokens.set(clientId, known);
      return known;
    },
    freshToken: (clientId) => logIn(app, clientId),
    stop: async () => {
      await app.close();
      await closeParts(parts);
      await database.drop();
      rmSync(keyDir, { recursive: true, force: true });
    },
  };
}

async function storeClient(
  { db, clock }: GatewayParts,
  { id, units, addresses, operations, ...given }: Parameters<TestGateway['addClient']>[0],
): Promise<void> {
  await insertClient(db, {
    kind: id === 'integrator' ? 'machine' : 'person',
    ...given,
    id,
    units: units ?? null,
    addresses: addresses ?? null,
    operations: operations ?? null,
    secretHash: await hashSecret(secretOf(id)),
    createdAt: clock.now(),
    disabledAt: null,
  });
}

async function logIn(app: NestFastifyApplication, clientId: string): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secretOf(clientId),
    }).toString(),
  });
  if (answer.statusCode !== 200)
    throw new Error(`log-in of ${clientId} was answered ${answer.statusCode} ${answer.body}`);
  return answer.json<{ access_token: string }>().access_token;
}

function recordingLog(lines: LogLine[]): Log {
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}): void =>
      void lines.push({ level, event, fields });
  return { info: at('info'), warn: at('warn'), error: at('error'), debug: at('debug') };
}
