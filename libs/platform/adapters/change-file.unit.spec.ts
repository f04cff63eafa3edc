import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '#testing';
import { changeFile, type ChangedFile } from './change-file';

function fileWith(text: string): ChangedFile {
  const path = join(temporaryDir('change-file-'), 'keys');
  writeFileSync(path, text);
  return { path, holds: 'the keys', busy: 'keys-busy', notWritable: 'keys-not-writable' };
}

describe('a file that is replaced whole', () => {
  it('is left as it is when there is nothing to change', () => {
    const file = fileWith('one');
    changeFile(file, () => undefined);
    expect(readFileSync(file.path, 'utf8')).toBe('one');
    expect(existsSync(`${file.path}.new`)).toBe(false);
  });

  it('is not touched by who stood still so long that another has taken the draft', () => {
    const file = fileWith('one');
    const late = (): void =>
      changeFile(file, () => {
        rmSync(`${file.path}.new`);
        writeFileSync(`${file.path}.new`, 'half of what ano');
        return 'two';
      });
    expect(late).toThrow(expect.objectContaining({ code: 'keys-busy', disposition: 'retry' }));
    expect(readFileSync(file.path, 'utf8')).toBe('one');
    expect(readFileSync(`${file.path}.new`, 'utf8')).toBe('half of what ano');
  });

  it('cannot be replaced where nothing can be written', () => {
    const file = { ...fileWith('one'), path: '/nowhere/keys' };
    expect(() => changeFile(file, () => 'two')).toThrow(expect.objectContaining({ code: 'keys-not-writable' }));
  });
});
