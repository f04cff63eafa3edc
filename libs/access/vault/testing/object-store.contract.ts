import { randomBytes } from 'node:crypto';
import { uuidIds } from '#platform';
import { SEALED_CHUNK_BYTES } from '../domain/chunk-format';
import type { ObjectStore } from '../ports';

export interface StoreUnderTest {
  /** A process that uses the store. */
  open(): ObjectStore;
  /** Takes away what the store needs to accept further chunks of an unfinished object, where that is not the chunks themselves. */
  forget?(ref: string): Promise<void>;
}

/** What every store of sealed chunks must do. */
export function objectStoreContract(name: string, { open, forget }: StoreUnderTest): void {
  describe(`as a store of sealed chunks, ${name}`, () => {
    const chunks = [randomBytes(SEALED_CHUNK_BYTES), randomBytes(SEALED_CHUNK_BYTES), randomBytes(77)];

    async function stored(store: ObjectStore, pieces: readonly Buffer[] = chunks): Promise<string> {
      const ref = uuidIds.next();
      for (const [number, piece] of pieces.entries()) expect(await store.append(ref, number, piece)).toBe(true);
      expect(await store.finish(ref)).toBe(true);
      return ref;
    }

    it('gives back each chunk by its number, in any order, also to another process', async () => {
      const ref = await stored(open());
      for (const number of [2, 0, 1]) expect((await open().read(ref, number))?.equals(chunks[number])).toBe(true);
    });

    it('has no chunk behind the last one', async () => {
      const store = open();
      const ref = await stored(store);
      expect(await store.read(ref, 3)).toBeUndefined();
      expect(await store.read(ref, 400)).toBeUndefined();
    });

    it('keeps objects apart', async () => {
      const store = open();
      const [one, two] = await Promise.all([stored(store, [randomBytes(5)]), stored(store, [randomBytes(9)])]);
      expect((await store.read(one, 0))?.length).toBe(5);
      expect((await store.read(two, 0))?.length).toBe(9);
    });

    it('never takes a chunk of an object that was removed meanwhile, nor finishes it', async () => {
      const store = open();
      const ref = uuidIds.next();
      await store.append(ref, 0, chunks[0]);
      await forget?.(ref);
      await store.remove([ref]);
      expect(await store.append(ref, 1, chunks[1])).toBe(false);
      expect(await absent(store, ref)).toBe(true);
    });

    it('removes what is finished and what is not, as often as it is asked', async () => {
      const store = open();
      const [done, begun] = [await stored(store), uuidIds.next()];
      await store.append(begun, 0, chunks[0]);
      for (let time = 0; time < 2; time += 1) await store.remove([done, begun, uuidIds.next()]);
      for (const ref of [done, begun]) expect(await absent(store, ref)).toBe(true);
    });

    async function absent(store: ObjectStore, ref: string): Promise<boolean> {
      try {
        return (await store.read(ref, 0)) === undefined;
      } catch (error) {
        return (error as { code?: string }).code === 'vault-object-missing';
      }
    }
  });
}
