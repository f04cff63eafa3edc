import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedClock, temporaryDir } from '#testing';
import { adoptMasterKey, prepareMasterKey, rotateMasterKey } from '../app/rotate-master-key';
import { fileMasterKeys } from './file-master-keys';
import { changeMasterKeyFile, ensureMasterKey, readMasterKeyFile } from './master-key-file';

const clock = fixedClock();
const CONTEXT = 'owner';

function installation(): { dir: string; path: string } {
  const dir = temporaryDir('master-keys-');
  ensureMasterKey(dir);
  return { dir, path: join(dir, 'master.key') };
}

describe('the file of master keys', () => {
  it('is changed whole, for its owner only, and leaves nothing beside it', () => {
    const { dir, path } = installation();
    const before = readMasterKeyFile(dir);
    const { id, currentId } = rotateMasterKey(dir, clock);
    expect(readMasterKeyFile(dir)).toMatchObject({ currentId: id, keys: [{ id: before.currentId }, { id }] });
    expect(currentId).toBe(id);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['master.key']);
  });

  it('keeps the rights that it was given for containers', () => {
    const { dir, path } = installation();
    chmodSync(path, 0o644);
    rotateMasterKey(dir, clock);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it('is as it was when a change fails on its way', () => {
    const { dir, path } = installation();
    const before = readFileSync(path);
    const failing = (): never => {
      throw new Error('power cut');
    };
    expect(() => changeMasterKeyFile(dir, failing)).toThrow('power cut');
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(dir)).toEqual(['master.key']);
  });

  it('lets one of two changes through, and passes over what a killed one left after a minute', () => {
    const { dir } = installation();
    const draft = join(dir, 'master.key.new');
    writeFileSync(draft, 'half a docum');
    expect(() => rotateMasterKey(dir, clock)).toThrow(
      expect.objectContaining({ code: 'master-key-busy', disposition: 'retry' }),
    );
    utimesSync(draft, new Date(Date.now() - 61_000), new Date(Date.now() - 61_000));
    const { id } = rotateMasterKey(dir, clock);
    expect(readMasterKeyFile(dir).currentId).toBe(id);
    expect(existsSync(draft)).toBe(false);
  });

  it('refuses what it cannot read by naming the file, and never writes over it', () => {
    const { dir, path } = installation();
    writeFileSync(path, 'damaged');
    expect(() => rotateMasterKey(dir, clock)).toThrow(
      expect.objectContaining({ code: 'master-key-unreadable', detail: expect.stringContaining(path) as string }),
    );
    expect(readFileSync(path, 'utf8')).toBe('damaged');
  });

  it('takes a prepared key into use, and no other', () => {
    const { dir } = installation();
    const first = readMasterKeyFile(dir).currentId;
    const { id, currentId } = prepareMasterKey(dir, clock);
    expect(currentId).toBe(first);
    expect(adoptMasterKey(dir, id).currentId).toBe(id);
    for (const wrong of [first, id, '00000000'])
      expect(() => adoptMasterKey(dir, wrong)).toThrow(expect.objectContaining({ code: 'master-key-unknown' }));
  });
});

describe('master keys of a running process', () => {
  it('follow a change of the file at the next look, and open what came before', async () => {
    const { dir } = installation();
    const keys = fileMasterKeys(dir, { clock });
    const [first, key] = [keys.currentId, randomBytes(32)];
    const before = await keys.wrap(key, CONTEXT);
    const { id } = rotateMasterKey(dir, clock);
    expect((await keys.wrap(key, CONTEXT)).masterKeyId).toBe(first);
    clock.advance(1_000);
    const after = await keys.wrap(key, CONTEXT);
    expect([before.masterKeyId, after.masterKeyId]).toEqual([first, id]);
    for (const { masterKeyId, wrapped } of [before, after])
      expect(await keys.unwrap(masterKeyId, wrapped, CONTEXT)).toEqual(key);
  });

  it('open at once what another process has wrapped by a key that they do not know yet', async () => {
    const { dir } = installation();
    const behind = fileMasterKeys(dir, { clock });
    rotateMasterKey(dir, clock);
    const key = randomBytes(32);
    const { masterKeyId, wrapped } = await fileMasterKeys(dir, { clock }).wrap(key, CONTEXT);
    expect(await behind.unwrap(masterKeyId, wrapped, CONTEXT)).toEqual(key);
  });

  it('derive the same after a change, in this process and in the next', () => {
    const { dir } = installation();
    const before = fileMasterKeys(dir).derive('lienthong/dedup/1');
    rotateMasterKey(dir, clock);
    expect(fileMasterKeys(dir).derive('lienthong/dedup/1')).toEqual(before);
  });

  it('go on with what they know while the file is damaged, and say why a further key is not there', async () => {
    const { dir, path } = installation();
    const keys = fileMasterKeys(dir, { clock });
    const wrapped = await keys.wrap(randomBytes(32), CONTEXT);
    writeFileSync(path, 'damaged');
    clock.advance(1_000);
    expect((await keys.wrap(randomBytes(32), CONTEXT)).masterKeyId).toBe(wrapped.masterKeyId);
    await expect(keys.unwrap('00000000', wrapped.wrapped, CONTEXT)).rejects.toMatchObject({
      code: 'master-key-unknown',
      cause: { code: 'master-key-unreadable' },
    });
    await expect(keys.refresh()).rejects.toMatchObject({ code: 'master-key-unreadable' });
  });
});
