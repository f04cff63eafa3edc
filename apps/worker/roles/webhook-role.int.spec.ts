import { readFileSync, rmSync } from 'node:fs';
import { insertClient } from '#access';
import { appendToOutbox, sequenceBatch } from '#bus';
import { Doorbell, silentLog, systemClock, systemRandom, uuidIds, type WatchedTls } from '#platform';
import { createSyncLog } from '#synclog';
import { certificateFolder, temporaryDir, testDatabase, until, type TestDatabase } from '#testing';
import { keyFilePath, receiverText, rotateKeyFile } from '#webhooks';
import { WebhookReceiver } from '../../../libs/webhooks/testing/webhook-receiver';
import { copyConfig } from '../../../test/support/config-copy';
import type { Role } from './role';
import { webhooksRole } from './webhook-role';

describe('the worker role webhooks', () => {
  let database: TestDatabase;
  let doorbell: Doorbell;
  let keyDir: string;
  let certificates: WatchedTls[];
  let ends: (() => unknown)[];
  beforeEach(async () => {
    database = await testDatabase();
    doorbell = new Doorbell(database.url, silentLog);
    keyDir = temporaryDir('webhook-role-');
    certificates = [];
    ends = [() => rmSync(keyDir, { recursive: true, force: true }), () => database.drop()];
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
  });

  const keyOf = (type: 'hmac' | 'ed25519'): string =>
    receiverText(rotateKeyFile(keyFilePath(keyDir, 'one-stop'), { type, now: systemClock.now(), overlapMs: 0 }));
  const configOf = (webhook: string): string => {
    const config = copyConfig({ 'webhooks.yaml': { 'webhooks: []': `webhooks: [${webhook}]` } });
    ends.push(() => config.remove());
    return config.dir;
  };
  const started = async (configDir: string): Promise<Role> => {
    const role = webhooksRole({
      db: database.db,
      syncLog: createSyncLog({ ids: uuidIds, clock: systemClock }),
      doorbell,
      clock: systemClock,
      random: systemRandom,
      ids: uuidIds,
      log: silentLog,
      workerId: 'worker-1',
      settings: { configDir, keyDir },
      partners: { certificates },
    });
    await role.start();
    ends.push(() => role.stop());
    return role;
  };
  const received = (receiver: WebhookReceiver): WebhookReceiver => {
    ends.push(() => receiver.close());
    return receiver;
  };
  /** Events of one dossier. @returns their ids */
  const happen = async (count: number, unit: string | null = null): Promise<string[]> => {
    const dossierId = uuidIds.next();
    const events = Array.from({ length: count }, (_, at) => ({
      eventId: uuidIds.next(),
      type: 'vn.lienthong.dossier.accepted.v1',
      at: new Date('2026-03-02T02:00:00Z'),
      dossierId,
      seq: at + 1,
      unit,
      codes: {},
      data: {},
    }));
    await database.db.run((tx) => appendToOutbox(tx, events));
    await sequenceBatch(database.db, 100);
    doorbell.ring('event-log');
    return events.map(({ eventId }) => eventId);
  };
  const untilTaken = (receiver: WebhookReceiver, count: number) =>
    until(
      () => receiver.taken.length === count,
      10_000,
      () => receiver.faults.join(),
    );

  it('posts over TLS with its client certificate, signed so that anybody with the public key can check it', async () => {
    const folder = certificateFolder();
    ends.push(() => folder.remove());
    const key = keyOf('ed25519');
    const receiver = received(
      await WebhookReceiver.open(() => [key], undefined, {
        ...folder.issue('receiver'),
        ca: readFileSync(folder.caFile),
        requestCert: true,
      }),
    );
    const { certificateFile, keyFile } = folder.write('gateway', folder.issue('gateway'));
    const tls = JSON.stringify({ caFile: folder.caFile, certificateFile, keyFile });
    await started(configOf(`{id: one-stop, url: "${receiver.url}", startAfter: 0, tls: ${tls}}`));
    const eventIds = await happen(3);
    await untilTaken(receiver, 3);
    expect(receiver.taken.map(({ id }) => id)).toEqual(eventIds);
    expect(receiver.faults).toEqual([]);
    expect(certificates.flatMap((one) => one.secondsLeft().map(({ labels }) => labels))).toEqual([
      { use: 'webhook-one-stop', part: 'certificate' },
      { use: 'webhook-one-stop', part: 'ca' },
    ]);
  }, 30_000);

  it('posts once when two workers were given the same name', async () => {
    const key = keyOf('hmac');
    const receiver = received(await WebhookReceiver.open(() => [key]));
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 200;
    };
    const config = configOf(`{id: one-stop, url: "${receiver.url}", startAfter: 0}`);
    await started(config);
    await started(config);
    await happen(20);
    await untilTaken(receiver, 20);
    expect(receiver.faults).toEqual([]);
    expect(receiver.seen).toHaveLength(20);
  }, 30_000);

  it('posts in the name of an account what it may have as it is now: by communes, roles, operations, and not when it is stopped', async () => {
    const key = keyOf('hmac');
    const receiver = received(await WebhookReceiver.open(() => [key]));
    const { db } = database;
    const config = configOf(
      `{id: one-stop, client: commune, url: "${receiver.url}", startAfter: 0, firstRetryMs: 20, maxRetryMs: 50}`,
    );
    await started(config);
    const failure = (code: string) =>
      until(
        async () => (await db.query('select from webhook where failure_code = $1', [code])).length === 1,
        5_000,
        code,
      );
    const eventIds = [...(await happen(1, '99001'))];
    await failure('client-unknown');
    await insertClient(db, {
      id: 'commune',
      kind: 'machine',
      roles: ['integrator'],
      units: ['99001'],
      addresses: ['192.0.2.1'],
      operations: null,
      createdAt: systemClock.now(),
      disabledAt: null,
      secretHash: 'none',
    });
    await untilTaken(receiver, 1);
    for (const [change, back, code] of [
      [`roles = '{manager}'`, `roles = '{integrator}'`, 'role-not-allowed'],
      [`operations = '{dossier.list}'`, `operations = '{dossier.list,feed.read}'`, 'operation-not-allowed'],
      [`suspended_until = now() + interval '1 hour'`, `suspended_until = null`, 'client-disabled'],
      [`disabled_at = now()`, `disabled_at = null`, 'client-disabled'],
    ]) {
      await db.execute(`update client set ${change}`);
      await happen(1, '99002');
      eventIds.push(...(await happen(1, '99001')));
      await failure(code);
      expect(receiver.seen).toHaveLength(eventIds.length - 1);
      await db.execute(`update client set ${back}`);
      await untilTaken(receiver, eventIds.length);
    }
    await db.execute(`update client set units = '{99002}'`);
    await happen(1, '99001');
    eventIds.push(...(await happen(1, '99002')));
    await untilTaken(receiver, eventIds.length);
    expect(receiver.taken.map(({ id }) => id)).toEqual(eventIds);
    expect(receiver.faults).toEqual([]);
  }, 30_000);
});
