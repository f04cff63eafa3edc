import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '#testing';
import { checkpointText } from '../../tlog/checkpoint';
import { ed25519FromSeed, noteSigner, signNote } from '../../tlog/signed-note';
import { checkpointFile } from './checkpoint-file';

const SIGNER = noteSigner('log.test/synclog', ed25519FromSeed(Buffer.alloc(32, 1)));
const published = (size: number) => ({
  size,
  note: signNote(checkpointText({ origin: SIGNER.name, size, root: Buffer.alloc(32, size) }), SIGNER),
});

describe('the file of the newest checkpoint', () => {
  it('is there whole, whoever publishes at the same moment, and nothing beside it', async () => {
    const dir = join(temporaryDir('checkpoint'), 'own');
    await checkpointFile(dir).publish(published(1));
    await Promise.all([2, 2, 2, 2].map((size) => checkpointFile(dir).publish(published(size))));
    expect(await checkpointFile(dir).newest()).toEqual([published(2).note]);
    expect(readdirSync(dir)).toEqual(['checkpoint']);
  });

  it('is not replaced by an older one', async () => {
    const dir = temporaryDir('checkpoint');
    await checkpointFile(dir).publish(published(5));
    await checkpointFile(dir).publish(published(4));
    expect(await checkpointFile(dir).newest()).toEqual([published(5).note]);
  });

  it('that holds no checkpoint is named, and is not replaced', async () => {
    const dir = temporaryDir('checkpoint');
    writeFileSync(join(dir, 'checkpoint'), '');
    const unreadable = expect.objectContaining({
      code: 'checkpoint-unreadable',
      detail: expect.stringContaining(join(dir, 'checkpoint')),
    });
    await expect(checkpointFile(dir).newest()).rejects.toEqual(unreadable);
    await expect(checkpointFile(dir).publish(published(1))).rejects.toEqual(unreadable);
  });
});
