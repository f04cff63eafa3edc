import { tellingLines } from './log-tail';
import { sentenceOf, StackError } from './stack-error';

const failure = (code: string): Error => Object.assign(new Error(`${code}: something`), { code });

describe('sentence for a failure', () => {
  it.each([
    { error: failure('ENOSPC'), says: /disk is full.*--data DIR/ },
    { error: new StackError('PostgreSQL did not start: FATAL: No space left on device'), says: /disk is full/ },
    { error: failure('EACCES'), says: /\/srv\/x cannot be used \(EACCES\)/ },
    { error: new StackError('Port 3000 is already in use.'), says: /^Port 3000 is already in use\.$/ },
    { error: new Error('odd'), says: /could not start: odd/ },
  ])('says what to do: $says', ({ error, says }) => {
    expect(sentenceOf(error, '/srv/x')).toMatch(says);
  });

  it('quotes the lines of a log that speak of the error, without colours', () => {
    expect(tellingLines('one\n\u001b[31mFATAL:  lock file exists\u001b[0m\nHINT: look\n')).toBe(
      'FATAL:  lock file exists',
    );
    expect(tellingLines('one\ntwo\n')).toBe('one | two');
  });
});
