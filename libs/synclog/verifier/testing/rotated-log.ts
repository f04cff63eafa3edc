import { checkpointText } from '../../tlog/checkpoint';
import { keyChainText } from '../../tlog/key-chain';
import { signStatement, type KeyStatement } from '../../tlog/key-statement';
import { ed25519FromSeed, noteSigner, signNote, type NoteSigner } from '../../tlog/signed-note';
import { leafHash, rootOf } from '../../tlog/tree-hash';
import { LOG_SIGNER, MemoryBundle } from './memory-bundle';

/** Keys that follow `LOG_SIGNER` in a log of tests; from made-up seeds. */
export const SECOND_SIGNER = signerOf(2);
export const THIRD_SIGNER = signerOf(3);
/** Of whoever has none of them. */
export const STRANGER = signerOf(9);

function signerOf(seed: number): NoteSigner {
  return noteSigner(LOG_SIGNER.name, ed25519FromSeed(Buffer.alloc(32, seed)));
}

/** The statement that one key follows another. @param by who signs it in truth */
export function statementOf(
  old: NoteSigner,
  next: NoteSigner,
  { fromSize, by = { old, next }, ...change }: { fromSize: number; by?: Signers } & Partial<KeyStatement>,
): string {
  const times = { at: '2026-03-02T09:00:00.000+07:00', until: '2026-04-01T09:00:00.000+07:00' };
  const said = { origin: old.name, oldKey: old.vkey, newKey: next.vkey, fromSize, ...times, ...change };
  return signStatement(said, by);
}

interface Signers {
  old: NoteSigner;
  next: NoteSigner;
}

/** Sizes after which the second and the third key took over. */
export const TAKEN_OVER = [300, 500] as const;

export const STATEMENTS: readonly string[] = [
  statementOf(LOG_SIGNER, SECOND_SIGNER, { fromSize: TAKEN_OVER[0] }),
  statementOf(SECOND_SIGNER, THIRD_SIGNER, { fromSize: TAKEN_OVER[1] }),
];

/** A checkpoint of the first entries. */
export function checkpointOf(entries: readonly Buffer[], ...signers: readonly NoteSigner[]): string {
  const root = rootOf(entries.map((entry) => leafHash(entry)));
  return signNote(checkpointText({ origin: LOG_SIGNER.name, size: entries.length, root }), ...signers);
}

/** A log that got two new keys: its bundle with the statements, signed with the newest. */
export function rotatedBundle(
  entries: readonly Buffer[],
  { statements = STATEMENTS, signers = [THIRD_SIGNER], key = THIRD_SIGNER }: Partial<RotatedBundle> = {},
): MemoryBundle {
  const bundle = new MemoryBundle(entries);
  bundle.files.set('key', Buffer.from(`${key.vkey}\n`));
  bundle.files.set('keys', Buffer.from(keyChainText({ first: LOG_SIGNER.vkey, statements })));
  bundle.files.set('checkpoint', Buffer.from(checkpointOf(entries, ...signers)));
  return bundle.writeManifest();
}

interface RotatedBundle {
  statements: readonly string[];
  /** Of the checkpoint. */
  signers: readonly NoteSigner[];
  key: NoteSigner;
}
