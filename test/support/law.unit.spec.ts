import fc from 'fast-check';
import { assertLaw } from '#testing';

/** Fails for one number in two hundred; a run of few cases may miss it. */
const rare = (tried: number[] = []): fc.IAsyncProperty<[number]> =>
  fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (n) => {
    tried.push(n);
    if (n % 200 === 7) throw new Error(`${n} breaks it`);
  });

describe('a law', () => {
  const failed = async (): Promise<{ seed: number; path: string }> => {
    const { seed, counterexamplePath } = await fc.check(rare(), { seed: 5, numRuns: 10_000 });
    return { seed, path: counterexamplePath ?? '' };
  };

  it('that fails says how to keep its case', async () => {
    const failing = assertLaw('rare', rare(), { seed: 5, numRuns: 10_000 });
    const { path } = await failed();
    await expect(failing).rejects.toThrow(`under 'rare': { seed: 5, path: '${path}'`);
  });

  it('is tried with its kept cases first, whatever the run would find', async () => {
    const kept = { ...(await failed()), why: 'test' };
    const tried: number[] = [];
    await expect(assertLaw('rare', rare(tried), { seed: 1, numRuns: 1 }, [kept])).rejects.toThrow('breaks it');
    expect(tried[0] % 200).toBe(7);
    await expect(assertLaw('rare', rare(), { seed: 1, numRuns: 1 })).resolves.toBeUndefined();
  });
});
