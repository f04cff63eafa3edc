import { readFileSync, rmSync } from 'node:fs';
import { appendToOutbox, sequenceBatch } from '#bus';
import { Doorbell, silentLog, systemClock, systemRandom, uuidIds, type WatchedTls } from '#platform';
import { createSyncLog } from '#synclog';
import { certificateFolder, temporaryDir, testDatabase, until } from '#testing';
import { keyFilePath, receiverText, rotateKeyFile } from '#webhooks';
import { WebhookReceiver } from '../../../libs/webhooks/testing/webhook-receiver';
import { copyConfig } from '../../../test/support/config-copy';
import { webhooksRole } from './webhook-role';

describe('the worker role webhooks', () => {
  it('posts over TLS with its client certificate, signed so that anybody with the public key can check it', async () => {
    const database = await testDatabase();
    const folder = certificateFolder();
    const keyDir = temporaryDir('webhook-role-');
    const key = rotateKeyFile(keyFilePath(keyDir, 'one-stop'), {
      type: 'ed25519',
      now: systemClock.now(),
      overlapMs: 0,
    });
    const receiver = await WebhookReceiver.open(() => [receiverText(key)], undefined, {
      ...folder.issue('receiver'),
      ca: readFileSync(folder.caFile),
      requestCert: true,
    });
    const { certificateFile, keyFile } = folder.write('gateway', folder.issue('gateway'));
    const tls = JSON.stringify({ caFile: folder.caFile, certificateFile, keyFile });
    const config = copyConfig({
      'webhooks.yaml': {
        'webhooks: []': `webhooks: [{id: one-stop, url: "${receiver.url}", startAfter: 0, tls: ${tls}}]`,
      },
    });
    const certificates: WatchedTls[] = [];
    const doorbell = new Doorbell(database.url, silentLog);
    const role = webhooksRole({
      db: database.db,
      syncLog: createSyncLog({ ids: uuidIds, clock: systemClock }),
      doorbell,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      workerId: 'worker-1',
      settings: { configDir: config.dir, keyDir },
      partners: { certificates },
    });
    await role.start();
    const dossierId = uuidIds.next();
    const events = [1, 2, 3].map((seq) => ({
      eventId: uuidIds.next(),
      type: 'vn.lienthong.dossier.accepted.v1',
      at: new Date('2026-03-02T02:00:00Z'),
      dossierId,
      seq,
      unit: null,
      codes: {},
      data: {},
    }));
    await database.db.run((tx) => appendToOutbox(tx, events));
    await sequenceBatch(database.db, 100);
    doorbell.ring('event-log');
    await until(
      () => receiver.taken.length === 3,
      10_000,
      () => receiver.faults.join(),
    );
    expect(receiver.taken.map(({ id }) => id)).toEqual(events.map(({ eventId }) => eventId));
    expect(receiver.faults).toEqual([]);
    expect(certificates.flatMap((one) => one.secondsLeft().map(({ labels }) => labels))).toEqual([
      { use: 'webhook-one-stop', part: 'certificate' },
      { use: 'webhook-one-stop', part: 'ca' },
    ]);
    await role.stop();
    await receiver.close();
    await database.drop();
    config.remove();
    folder.remove();
    rmSync(keyDir, { recursive: true, force: true });
  }, 30_000);
});
