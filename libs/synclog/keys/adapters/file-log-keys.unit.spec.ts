import fs, { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '#testing';
import { parseStatement, signStatement } from '../../tlog/key-statement';
import type { LogKeyFiles } from '../app/rotate-log-key';
import { dropPreviousKeys, ensureLogKey, fileLogKeys, logKeyFiles } from './file-log-keys';

const NOW = new Date('2026-03-02T02:00:00.000Z');
const UNTIL = '2026-04-01T09:00:00.000+07:00';

describe('the files of the keys of the log', () => {
  let dir: string;
  let path: string;
  let next: string;
  beforeEach(() => {
    dir = temporaryDir('log-keys-');
    [path, next] = [join(dir, 'synclog.json'), join(dir, 'synclog.next.json')];
    ensureLogKey(dir, 'http://gateway.test');
  });
  afterEach(() => jest.restoreAllMocks());

  const files = (now = () => NOW): LogKeyFiles => logKeyFiles(dir, now);
  /** What the database would hold of a rotation to the drafted key. */
  function stated(own: LogKeyFiles, fromSize: number): string {
    const [{ current, name }, drafted] = [own.read(), own.draft()!];
    const keys = { origin: name, oldKey: current.vkey, newKey: drafted.vkey };
    const times = { at: '2026-03-02T09:00:00.000+07:00', until: UNTIL };
    return signStatement({ ...keys, fromSize, ...times }, { old: current, next: drafted });
  }
  function rotate(fromSize: number): void {
    const own = files();
    own.install(stated(own, fromSize));
  }
  const busy = expect.objectContaining({ code: 'synclog-key-busy', disposition: 'retry' }) as unknown;

  it('keep the rights that they were given for containers, whoever replaces the key or destroys older ones', () => {
    chmodSync(path, 0o644);
    rotate(3);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    dropPreviousKeys(dir, { now: NOW, areAllMeant: true });
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(dir)).toEqual(['synclog.json']);
  });

  it('refuse a rotation before anything is stated when the new file cannot be given to the owner of the old one', () => {
    jest.spyOn(process, 'geteuid').mockReturnValue(4_242);
    jest.spyOn(fs, 'fchownSync').mockImplementation(() => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    });
    const before = readFileSync(path);
    expect(() => files().draft()).toThrow(expect.objectContaining({ code: 'synclog-key-not-writable' }));
    expect(() => dropPreviousKeys(dir, { now: NOW, areAllMeant: true })).toThrow(
      expect.objectContaining({ code: 'synclog-key-not-writable' }),
    );
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(dir)).toEqual(['synclog.json']);
  });

  it('hold a statement once, when two runs of one rotation come to its end', () => {
    const [one, two] = [files(), files()];
    const statement = stated(one, 3);
    expect(stated(two, 3)).toBe(statement);
    one.install(statement);
    two.install(statement);
    const ring = fileLogKeys(dir)();
    expect(ring.chain.statements).toEqual([statement]);
    expect(ring.current.vkey).toBe(parseStatement(statement).newKey);
    expect(existsSync(next)).toBe(false);
  });

  it('keep the draft of a rotation that another run, which only tidies up, knows nothing of', () => {
    const late = files();
    rotate(3);
    const drafted = files().draft()!;
    late.forgetDraft();
    expect(files().draft()!.vkey).toBe(drafted.vkey);
  });

  it('do not lose a new key to a run that destroys older ones at the same time', () => {
    rotate(3);
    const own = files();
    const statement = stated(own, 5);
    const refused: unknown[] = [];
    // Read between what that run has read and what it writes.
    const now = Object.assign(new Date(NOW), {
      valueOf: () => {
        try {
          own.install(statement);
        } catch (error) {
          refused.push(error);
        }
        return NOW.getTime();
      },
    });
    dropPreviousKeys(dir, { now, areAllMeant: false });
    expect(refused).toEqual([busy]);
    expect(existsSync(next)).toBe(true);
    own.install(statement);
    expect(fileLogKeys(dir)().current.vkey).toBe(parseStatement(statement).newKey);
  });

  it('let nobody destroy older keys while a new one is put into use', () => {
    rotate(3);
    const refused: unknown[] = [];
    const own = files(() => {
      try {
        dropPreviousKeys(dir, { now: NOW, areAllMeant: true });
      } catch (error) {
        refused.push(error);
      }
      return NOW;
    });
    own.install(stated(own, 5));
    expect(refused).toEqual([busy]);
    expect(fileLogKeys(dir)().previous).toHaveLength(2);
  });

  it('do not take a draft into use that is not the key of the statement', () => {
    const own = files();
    const statement = stated(own, 3);
    rotateElsewhere();
    expect(() => own.install(statement)).toThrow(expect.objectContaining({ code: 'synclog-key-unreadable' }));
  });

  /** Another key in the place of the draft. */
  function rotateElsewhere(): void {
    const other = temporaryDir('log-keys-');
    ensureLogKey(other, 'http://gateway.test');
    writeFileSync(next, readFileSync(join(other, 'synclog.json')));
  }
});
