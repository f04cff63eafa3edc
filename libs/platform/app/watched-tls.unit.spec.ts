import { rmSync, writeFileSync } from 'node:fs';
import { certificateFolder, fixedClock, type CertificateFolder } from '#testing';
import type { Log, LogFields } from './log';
import { WatchedTls } from './watched-tls';

describe('certificate files that are watched', () => {
  const clock = fixedClock('2026-03-02T02:00:00Z');
  let folder: CertificateFolder;
  let lines: [string, LogFields][];
  beforeEach(() => {
    folder = certificateFolder(clock.now().getTime());
    lines = [];
  });
  afterEach(() => folder.remove());

  const log: Log = Object.fromEntries(
    ['info', 'warn', 'error', 'debug'].map((level) => [
      level,
      (event: string, fields: LogFields = {}) => void lines.push([event, fields]),
    ]),
  ) as unknown as Log;
  const watch = (
    { certificateFile, keyFile }: { certificateFile: string; keyFile: string },
    caPath: string | null = null,
  ) =>
    new WatchedTls({
      use: 'gateway',
      files: { certificatePath: certificateFile, keyPath: keyFile, caPath },
      clock,
      log,
    });
  const events = (): string[] => lines.map(([event]) => event);

  it('are refused at the start when key and certificate do not fit, by the names of the files', () => {
    const { certificateFile } = folder.write('one', folder.issue('one'));
    const { keyFile } = folder.write('two', folder.issue('two'));
    expect(() => watch({ certificateFile, keyFile })).toThrow(
      `the private key ${keyFile} does not belong to the certificate ${certificateFile}`,
    );
  });

  it.each([
    ['is not there', (path: string) => rmSync(path), 'cannot be read (ENOENT)'],
    ['is empty', (path: string) => writeFileSync(path, ''), 'holds no certificate in PEM'],
    [
      'is damaged',
      (path: string) => writeFileSync(path, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      'holds a certificate that cannot be read',
    ],
  ])('are refused at the start when one %s', (_, damage, said) => {
    const files = folder.write('one', folder.issue('one'));
    damage(files.certificateFile);
    expect(() => watch(files)).toThrow(said);
  });

  it('are refused when TLS itself would not take them, at the start and later', () => {
    const weak = folder.issueWeak('weak');
    const refused = folder.write('weak', weak);
    expect(() => watch(refused)).toThrow(
      `TLS does not take the certificate ${refused.certificateFile} with its key (ERR_SSL_EE_KEY_TOO_SMALL)`,
    );
    const watched = watch(folder.write('one', folder.issue('one')));
    const before = watched.current();
    folder.write('one', weak);
    watched.look();
    expect(watched.current()).toBe(before);
    expect(events()).toEqual(['tls.loaded', 'tls.reload-refused']);
  });

  it('stay those before when who listens cannot take new ones, and are offered again', () => {
    const files = folder.write('one', folder.issue('one'));
    const watched = watch(files);
    const before = watched.current();
    let isRefused = true;
    watched.onChange(() => {
      if (isRefused) throw new Error('cannot take it');
    });
    const next = folder.issue('next');
    folder.write('one', next);
    watched.look();
    watched.look();
    expect(watched.current()).toBe(before);
    expect(events()).toEqual(['tls.loaded', 'tls.reload-refused']);
    isRefused = false;
    watched.look();
    expect(watched.current().cert).toEqual(Buffer.from(next.cert));
  });

  it('tell who listens of new ones, and keep those before while only one of the two was replaced', () => {
    const files = folder.write('one', folder.issue('one'));
    const watched = watch(files);
    const told: (Buffer | undefined)[] = [];
    watched.onChange(({ cert }) => told.push(cert));
    const before = watched.current().cert;
    const next = folder.issue('next');
    writeFileSync(files.certificateFile, next.cert);
    watched.look();
    watched.look();
    expect([told, watched.current().cert]).toEqual([[], before]);
    expect(events().filter((event) => event === 'tls.reload-refused')).toHaveLength(1);
    writeFileSync(files.keyFile, next.key);
    watched.look();
    watched.look();
    expect(told).toEqual([Buffer.from(next.cert)]);
  });

  it('say how long they last, and warn once a day when it is less than 30 days', () => {
    const watched = watch(folder.write('one', folder.issue('one', 31)), folder.caFile);
    expect(watched.secondsLeft()).toEqual([
      { labels: { use: 'gateway', part: 'certificate' }, value: 31 * 86_400 },
      { labels: { use: 'gateway', part: 'ca' }, value: 365 * 86_400 },
    ]);
    watched.look();
    expect(events()).toEqual(['tls.loaded']);
    clock.advance(2 * 86_400_000);
    watched.look();
    watched.look();
    expect(lines.slice(1)).toEqual([
      ['certificate.expires-soon', { use: 'gateway', part: 'certificate', daysLeft: 29 }],
    ]);
    clock.advance(86_400_000);
    watched.look();
    expect(lines.at(-1)).toEqual(['certificate.expires-soon', { use: 'gateway', part: 'certificate', daysLeft: 28 }]);
  });
});
