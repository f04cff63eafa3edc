import { leafHash } from '../../tlog/tree-hash';
import type { FindingCode } from '../findings';
import { cosigned, LOG_SIGNER, type MemoryBundle, OTHER_SIGNER, testEntries, testEntry } from './memory-bundle';

/** Entries of the log that is tampered with: three tiles of entries, the last one partial. */
export const SIZE = 700;
/** Entries when the older checkpoint was signed. */
export const OLDER_SIZE = 600;
/** The entry that the receipt speaks of. */
export const RECEIPT_LEAF = 300;

/** Codes that each kind of evidence gives; none = it shows nothing. */
interface Detection {
  /** The bundle, with the key of the log got on another way. */
  alone: readonly FindingCode[];
  older: readonly FindingCode[];
  witness: readonly FindingCode[];
  receipt: readonly FindingCode[];
  /** Entries that the report of the bundle alone names, from and to. */
  leaves?: readonly [number, number][];
}

/** A kind of tampering: what somebody does who owns the database, and what finds it. */
export interface Tampering extends Detection {
  name: string;
  /** For the page, a sentence. */
  what: string;
  /** Whether the key of the log is needed, too. */
  needsKey: boolean;
  tamper: (bundle: MemoryBundle) => unknown;
}

const FOUND = { older: [], witness: [], receipt: [] } as const;
/** A log that was signed anew is sound in itself. */
const SIGNED_ANEW = { alone: [], older: ['not-consistent'], witness: ['witness-missing'], needsKey: true } as const;

const swap = (entries: Buffer[], a: number, b: number): Buffer[] => {
  [entries[a], entries[b]] = [entries[b], entries[a]];
  return entries;
};
const edit = (entries: Buffer[], at: number): Buffer[] => entries.toSpliced(at, 1, testEntry(at, 'refused'));

/** Rewrites the history and signs it with the key of the log. */
function signAnew(bundle: MemoryBundle, change: (entries: Buffer[]) => Buffer[]): void {
  bundle.makeTree(change(bundle.entries)).sign(LOG_SIGNER);
}

const LOG_CHANGED: readonly Tampering[] = [
  {
    ...FOUND,
    name: 'entry-edited',
    what: 'A sealed entry is changed.',
    needsKey: false,
    tamper: (bundle) => bundle.rebundle(0, (entries) => edit(entries, 100)),
    alone: ['entry-changed'],
    leaves: [[100, 100]],
    older: ['not-consistent'],
  },
  {
    ...FOUND,
    name: 'entry-removed',
    what: 'A sealed entry is deleted; the following ones move up.',
    needsKey: false,
    tamper: (bundle) => bundle.rebundle(0, (entries) => entries.toSpliced(100, 1)),
    alone: ['entry-missing', 'entry-changed'],
    leaves: [
      [255, 255],
      [100, 254],
    ],
    older: ['not-consistent'],
  },
  {
    ...FOUND,
    name: 'entry-inserted',
    what: 'An entry is put between sealed ones; the following ones move down.',
    needsKey: false,
    tamper: (bundle) => bundle.rebundle(0, (entries) => entries.toSpliced(100, 0, testEntry(9_000))),
    alone: ['surplus-entries', 'entry-changed'],
    leaves: [[100, 255]],
    older: ['not-consistent'],
  },
  {
    ...FOUND,
    name: 'entries-swapped',
    what: 'Two sealed entries take each other’s place.',
    needsKey: false,
    tamper: (bundle) => bundle.rebundle(0, (entries) => swap(entries, 100, 200)),
    alone: ['entry-changed'],
    leaves: [
      [100, 100],
      [200, 200],
    ],
    older: ['not-consistent'],
  },
  {
    ...FOUND,
    name: 'entry-cut',
    what: 'The last entry loses its end.',
    needsKey: false,
    tamper: ({ files }) => {
      const path = 'tile/entries/002.p/188';
      files.set(path, files.get(path)!.subarray(0, -5));
    },
    alone: ['entry-missing'],
    leaves: [[SIZE - 1, SIZE - 1]],
  },
  {
    ...FOUND,
    name: 'entries-appended',
    what: 'An entry is added after the last one that was sealed.',
    needsKey: false,
    tamper: (bundle) => bundle.rebundle(2, (entries) => [...entries, testEntry(SIZE)]),
    alone: ['surplus-entries'],
  },
  {
    ...FOUND,
    name: 'entry-and-hash-edited',
    what: 'A sealed entry is changed, and its hash in the tree as well.',
    needsKey: false,
    tamper: (bundle) =>
      bundle
        .rebundle(0, (entries) => edit(entries, 100))
        .change('tile/0/000', (tile) => leafHash(testEntry(100, 'refused')).copy(tile, 100 * 32)),
    alone: ['tile-changed', 'entry-changed'],
    leaves: [[0, 255]],
    older: ['not-consistent'],
  },
];

const TREE_CHANGED: readonly Tampering[] = [
  {
    ...FOUND,
    name: 'leaf-hash-edited',
    what: 'The hash of an entry is changed in the tree.',
    needsKey: false,
    tamper: (bundle) => bundle.change('tile/0/000', (tile) => tile.writeUInt8(tile[40] ^ 1, 40)),
    alone: ['tile-changed'],
  },
  {
    ...FOUND,
    name: 'upper-hash-edited',
    what: 'A hash of a higher level of the tree is changed.',
    needsKey: false,
    tamper: (bundle) => bundle.change('tile/1/000.p/2', (tile) => tile.writeUInt8(tile[40] ^ 1, 40)),
    alone: ['tile-changed'],
  },
  {
    ...FOUND,
    name: 'tile-removed',
    what: 'A tile of the tree is deleted.',
    needsKey: false,
    tamper: ({ files }) => files.delete('tile/0/001'),
    alone: ['tile-missing'],
  },
  {
    ...FOUND,
    name: 'tree-made-anew',
    what: 'A sealed entry is changed and the whole tree is made anew; the checkpoint stays.',
    needsKey: false,
    tamper: (bundle) => bundle.makeTree(edit(bundle.entries, 100)),
    alone: ['root-wrong', 'entry-unproven'],
    leaves: [[0, SIZE - 1]],
    older: ['not-consistent'],
  },
];

const CHECKPOINT_CHANGED: readonly Tampering[] = [
  {
    ...FOUND,
    name: 'checkpoint-edited',
    what: 'The same, and the new root is written into the checkpoint.',
    needsKey: false,
    tamper: (bundle) => {
      const note = bundle.note;
      const signatures = note.slice(note.lastIndexOf('\n\n'));
      bundle.makeTree(edit(bundle.entries, 100)).sign(LOG_SIGNER);
      const text = bundle.note.slice(0, bundle.note.lastIndexOf('\n\n'));
      bundle.files.set('checkpoint', Buffer.from(text + signatures));
    },
    alone: ['signature-wrong', 'entry-unproven'],
    leaves: [[0, SIZE - 1]],
    older: ['not-consistent'],
    witness: ['witness-wrong'],
  },
  {
    ...FOUND,
    name: 'signed-with-another-key',
    what: 'The same, signed with a new key that takes the place of the log’s key.',
    needsKey: false,
    tamper: (bundle) => {
      bundle.makeTree(edit(bundle.entries, 100)).sign(OTHER_SIGNER);
      bundle.files.set('key', Buffer.from(`${OTHER_SIGNER.vkey}\n`));
    },
    alone: ['key-foreign', 'entry-unproven'],
    leaves: [[0, SIZE - 1]],
    older: ['not-consistent'],
    witness: ['witness-missing'],
  },
  {
    ...FOUND,
    name: 'log-set-back',
    what: 'The log is set back to an earlier state, whose checkpoint was signed and cosigned then.',
    needsKey: false,
    tamper: (bundle) => {
      bundle.makeTree(bundle.entries.slice(0, 250)).sign(LOG_SIGNER);
      bundle.files.set('checkpoint', Buffer.from(cosigned(bundle.note)));
    },
    alone: [],
    older: ['shrunk'],
    receipt: ['receipt-not-in-log'],
  },
];

const HISTORY_CHANGED: readonly Tampering[] = [
  {
    ...SIGNED_ANEW,
    name: 'history-edited',
    what: 'A sealed entry is changed, the tree is made anew and signed.',
    tamper: (bundle) => signAnew(bundle, (entries) => edit(entries, RECEIPT_LEAF)),
    receipt: ['receipt-not-in-log'],
  },
  {
    ...SIGNED_ANEW,
    name: 'history-shortened',
    what: 'A sealed entry is taken out, the following ones are numbered anew, the tree is made anew and signed.',
    tamper: (bundle) => signAnew(bundle, (entries) => entries.toSpliced(RECEIPT_LEAF, 1)),
    receipt: ['receipt-not-in-log'],
  },
  {
    ...SIGNED_ANEW,
    name: 'entry-back-dated',
    what: 'An entry is put into the past, the tree is made anew and signed.',
    tamper: (bundle) => signAnew(bundle, (entries) => entries.toSpliced(100, 0, testEntry(9_000))),
    receipt: [],
  },
  {
    ...SIGNED_ANEW,
    name: 'set-back-and-grown-again',
    what: 'The log is set back to an earlier state and grows again with other entries, signed with its key.',
    tamper: (bundle) =>
      signAnew(bundle, (entries) => [...entries.slice(0, 280), ...testEntries(SIZE + 500).slice(SIZE + 20)]),
    receipt: ['receipt-not-in-log'],
  },
  {
    ...SIGNED_ANEW,
    name: 'entry-repeated',
    what: 'A sealed entry is sealed a second time.',
    tamper: (bundle) => signAnew(bundle, (entries) => [...entries, entries[5]]),
    alone: ['entry-twice'],
    leaves: [[SIZE, SIZE]],
    older: [],
    receipt: [],
  },
  {
    ...SIGNED_ANEW,
    name: 'bytes-without-form',
    what: 'Bytes are sealed that the product would not write: other white space, another version, no JSON.',
    tamper: (bundle) =>
      signAnew(bundle, (entries) => [...entries, Buffer.from(` ${testEntry(SIZE).toString('utf8')}`)]),
    alone: ['entry-malformed'],
    leaves: [[SIZE, SIZE]],
    older: [],
    receipt: [],
  },
];

/** Twenty kinds of tampering (reference tampering.md). */
export const TAMPERINGS: readonly Tampering[] = [
  ...LOG_CHANGED,
  ...TREE_CHANGED,
  ...CHECKPOINT_CHANGED,
  ...HISTORY_CHANGED,
];
