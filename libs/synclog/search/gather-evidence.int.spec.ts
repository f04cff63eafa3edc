import { fixedClock, testDatabase, type TestDatabase } from '#testing';
import { withoutArchive } from '../archive/app/without-archive';
import type { SyncLogEntryInput } from '../domain/entry';
import { insertCheckpoint, readHead } from '../sealing/adapters/tree-store';
import { checkpointText } from '../tlog/checkpoint';
import { parseVerifierKey, signNote } from '../tlog/signed-note';
import { verifyEvidenceFile } from '../verifier/app/verify-evidence';
import { LOG_SIGNER } from '../verifier/testing/memory-bundle';
import { gatherEvidence } from './app/gather-evidence';
import { appendNumbered, sealAll } from './testing/sealed-log';

const CODE = 'G22.99.08-260302-000001';
const actor = { id: 'courier', type: 'system' } as const;
const OTHER: SyncLogEntryInput = { kind: 'attempt.settled', actor };
const ABOUT: SyncLogEntryInput = { kind: 'dossier.received', actor, codes: [CODE, 'hồ sơ "1"'] };

describe('the evidence about a dossier', () => {
  const clock = fixedClock();
  let test: TestDatabase;
  beforeEach(async () => void (test = await testDatabase()));
  afterEach(() => test.drop());

  async function publish(): Promise<void> {
    const { size, root } = await readHead(test.db);
    const note = signNote(checkpointText({ origin: LOG_SIGNER.name, size, root }), LOG_SIGNER);
    await insertCheckpoint(test.db, { size, root, note, signedAt: clock.now() });
  }
  async function gathered(): Promise<string> {
    const about = { subject: { code: CODE }, logKey: LOG_SIGNER.vkey };
    let text = '';
    for await (const piece of gatherEvidence(
      withoutArchive(test.db),
      { all: [[{ facet: 'code', value: CODE }]] },
      about,
    ))
      text += piece;
    return text;
  }

  it('is a file that the verifier reads and proves', async () => {
    await appendNumbered(test.db, clock, [OTHER, ABOUT, OTHER, ABOUT]);
    await sealAll(test.db);
    await publish();
    const evidence = { name: 'evidence.json', text: await gathered(), older: [], witnesses: [] };
    const { report } = verifyEvidenceFile({ ...evidence, key: parseVerifierKey(LOG_SIGNER.vkey) });
    expect(report.wrong).toEqual([]);
    expect(report.proven).toContainEqual(expect.objectContaining({ code: 'entries', count: 2, first: 1, last: 3 }));
  });

  it('is not there before a checkpoint covers any of it: a file without entries proves nothing', async () => {
    await appendNumbered(test.db, clock, [OTHER]);
    await sealAll(test.db);
    await expect(gathered()).rejects.toMatchObject({ code: 'sync-log-not-sealed', status: 409 });
    await publish();
    await appendNumbered(test.db, clock, [ABOUT]);
    await sealAll(test.db);
    await expect(gathered()).rejects.toMatchObject({ code: 'sync-log-not-sealed', status: 409 });
  });
});
