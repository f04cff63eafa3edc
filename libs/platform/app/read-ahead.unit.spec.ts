import { readAhead } from './read-ahead';

async function* counting(upTo: number, made: number[]): AsyncGenerator<number> {
  for (let n = 1; n <= upTo; n += 1) {
    await Promise.resolve();
    made.push(n);
    yield n;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('reading ahead', () => {
  it('gives the same items in the same order', async () => {
    const read: number[] = [];
    for await (const item of readAhead(readAhead(counting(5, [])))) read.push(item);
    expect(read).toEqual([1, 2, 3, 4, 5]);
  });

  it('makes the next item while one is used, and no further ones', async () => {
    const made: number[] = [];
    const items = readAhead(counting(5, made));
    await items.next();
    await settle();
    expect(made).toEqual([1, 2]);
    await items.return(undefined);
  });

  it('gives up what is being made when the reader stops, and waits for it', async () => {
    const over = new AbortController();
    let hasEnded = false;
    async function* slow(): AsyncGenerator<number> {
      yield 1;
      await new Promise((resolve) => over.signal.addEventListener('abort', resolve));
      hasEnded = true;
      yield 2;
    }
    for await (const item of readAhead(slow(), () => over.abort())) if (item === 1) break;
    expect(hasEnded).toBe(true);
  });

  it('throws what the source throws, after the items before it', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('broken');
    }
    const read: number[] = [];
    const reading = (async () => {
      for await (const item of readAhead(broken())) {
        await settle();
        read.push(item);
      }
    })();
    await expect(reading).rejects.toThrow('broken');
    expect(read).toEqual([1]);
  });

  it('keeps the error of its reader when the source fails at the same time', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('broken');
    }
    const reading = (async () => {
      for await (const item of readAhead(broken())) throw new Error(`reader at ${item}`);
    })();
    await expect(reading).rejects.toThrow('reader at 1');
    await settle();
  });
});
