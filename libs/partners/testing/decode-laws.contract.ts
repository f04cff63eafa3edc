import fc from 'fast-check';
import type { DecodeResult } from '#intake';
import { LAW_SEED, lawRun } from '#testing';
import { inBoundedTime } from './bounded-work.contract';
import { heavyDetails, heavyMessage, mutatedDetail } from './mutated-detail';

/** One way to decode a detail: in one piece, or as a stream. */
type DecodeUnderLaw = (raw: Buffer) => Promise<DecodeResult>;

const STAGES = ['outer-json', 'inner-json', 'xml', 'fields', 'files', 'checks'];
/** Texts of the sample that are a person's: they must not show in what quarantine, log and console say. */
const PERSONAL = ['TRẺ MẪU', 'TRẺ_MẪU', 'NGƯỜI MẪU', '999000', '0990000002'];
const MAX_TEXT = 200;
const HEAVY_CHARACTERS = 900_000;

/** What holds for every message and every way to decode it: an answer in bounded time that is a dossier or a failure that names its
 *  stage; nothing is thrown, nothing of a person is repeated (laws 4 and 8; Q07, Q43). */
export function decodeLaws(name: string, decode: DecodeUnderLaw): void {
  describe(`laws of decoding ${name}, seed ${LAW_SEED}`, () => {
    it('whatever the bytes are, they become a dossier or a failure with its stage [Q07 Q43]', async () => {
      const ends = new Set<string>();
      await fc.assert(
        fc.asyncProperty(mutatedDetail, async (raw) => {
          const result = await inBoundedTime(() => decode(raw));
          holdsFor(result);
          ends.add('failure' in result ? result.failure.stage : 'dossier');
        }),
        lawRun(800, 30_000),
      );
      // Faults do arrive at every encoding, and what is whole is still understood.
      expect([...ends].sort()).toEqual([...STAGES, 'dossier'].sort());
    }, 300_000);

    it.each(heavyDetails(HEAVY_CHARACTERS))('%s: an answer in bounded time [Q07 Q43]', async (_name, heavy) => {
      const raw = heavyMessage(heavy);
      holdsFor(await inBoundedTime(() => decode(raw)));
    });
  });
}

function holdsFor(result: DecodeResult): void {
  if ('failure' in result) return holdsForFailure(result);
  const { code, unitText, receivedAt, attachments, subject, requester } = result.dossier;
  expect(code).toMatch(/-\d{6}-\d{4,}$/);
  expect(unitText.trim()).not.toBe('');
  expect(Number.isNaN(receivedAt.getTime())).toBe(false);
  expect([subject.name.trim(), requester.name.trim()]).not.toContain('');
  // Half a surrogate pair has no UTF-8 form: neither digest nor database would take it.
  const { declaration, procedureCode, technicalId, receivedAtText } = result.dossier;
  const named = attachments.map(({ sourceId, title, fileName }) => [sourceId, title, fileName]);
  const said = JSON.stringify([code, unitText, declaration, procedureCode, technicalId, receivedAtText, named]);
  expect(said).not.toMatch(/(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]/);
  for (const file of attachments) expect(file.withdrawn || hasContent(file)).toBe(true);
}

/** Small files stand in memory; those of a stream lie in the vault already. */
function hasContent(file: object): boolean {
  return ('bytes' in file && file.bytes !== undefined) || ('draft' in file && file.draft !== undefined);
}

function holdsForFailure({ failure, stages }: Extract<DecodeResult, { failure: unknown }>): void {
  expect(STAGES).toContain(failure.stage);
  expect(stages.map((one) => one.stage)).toContain(failure.stage);
  // Any other exception than a refusal of a stage would be ours to explain.
  expect([failure.code, failure.responsible]).not.toContain('decode.unexpected');
  expect(failure.responsible).toBe('dvclt');
  const said = [failure.code, failure.reason, failure.field ?? ''].join(' ');
  for (const personal of PERSONAL) expect(said).not.toContain(personal);
  expect(said.length).toBeLessThan(MAX_TEXT);
}
