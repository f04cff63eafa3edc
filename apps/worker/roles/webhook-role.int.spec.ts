import { readFileSync, rmSync } from 'node:fs';
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
  const happen = async (count: number): Promise<string[]> => {
    const dossierId = uuidIds.next();
    const events = Array.from({ length: count }, (_, at) => ({
      eventId: uuidIds.next(),
      type: 'vn.lienthong.dossier.accepted.v1',
      at: new Date('2026-03-02T02:00:00Z'),
      dossierId,
      seq: at + 1,
      unit: null,
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
});
