import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDir } from '#testing';
import { LOG_SIGNER, testEntries } from '../../libs/synclog/verifier/testing/memory-bundle';
import {
  rotatedBundle,
  SECOND_SIGNER,
  STATEMENTS,
  THIRD_SIGNER,
} from '../../libs/synclog/verifier/testing/rotated-log';
import { parseNote } from '../../libs/synclog/tlog/signed-note';
import { hasGo, tesseraFsck } from './tessera-fsck';

/** While both keys sign: more entries than the second one took over at. */
const SIGNERS = [SECOND_SIGNER, LOG_SIGNER];
const bundle = rotatedBundle(testEntries(450), {
  statements: STATEMENTS.slice(0, 1),
  signers: SIGNERS,
  key: SECOND_SIGNER,
});

describe('a log in the time in which its old and its new key sign', () => {
  it('has a line of each key below its checkpoint, under one name', () => {
    const { signatures } = parseNote(bundle.files.get('checkpoint')!.toString('utf8'));
    expect(signatures.map(({ name, keyId }) => ({ name, keyId }))).toEqual(
      SIGNERS.map(({ name, keyId }) => ({ name, keyId })),
    );
  });

  if (hasGo)
    it('passes the fsck of Tessera with either key, and with no other', async () => {
      const folder = temporaryDir('rotated-log-fsck-');
      for (const [path, bytes] of bundle.files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), bytes);
      }
      const fsck = (key: string): Promise<string> => tesseraFsck({ url: `file://${folder}`, key: Buffer.from(key) });
      for (const { vkey } of SIGNERS) expect(await fsck(vkey)).toContain("Successfully fsck'd log with size 450");
      // It says so, and ends like a good one.
      expect(await fsck(THIRD_SIGNER.vkey)).toContain('note has no verifiable signatures');
    }, 240_000);
});
