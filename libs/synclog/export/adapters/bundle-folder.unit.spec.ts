import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '#testing';
import { isLogFile } from '../../verifier/domain/log-files';
import { bundleFolder } from './bundle-folder';

describe('the folder of a bundle on disk', () => {
  const dir = temporaryDir('lienthong-bundle-');

  it('writes whole files, and removes the draft that a killed run left', () => {
    mkdirSync(join(dir, '.lienthong-draft'), { recursive: true });
    writeFileSync(join(dir, '.lienthong-draft/file'), 'half');
    const folder = bundleFolder(dir);
    expect(folder.list()).toEqual([]);
    folder.write('tile/0/000.p/1', Buffer.from('whole'));
    expect(readFileSync(join(dir, 'tile/0/000.p/1'), 'utf8')).toBe('whole');
    expect(folder.list()).toEqual(['tile/0/000.p/1']);
    folder.remove('tile/0/000.p/1');
    expect(existsSync(join(dir, 'tile/0/000.p/1'))).toBe(false);
  });

  it('keeps drafts where no check takes them for a file of the log', () => {
    expect(isLogFile('.lienthong-draft/file')).toBe(false);
  });
});
