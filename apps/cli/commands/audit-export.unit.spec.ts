import { misfitText } from './audit-export';

describe('what an export says of a log that was changed', () => {
  it('is nothing when all is as it was signed', () => {
    expect(misfitText([])).toEqual([]);
  });

  it('names the places, and counts those that a screen does not hold', () => {
    const misfits = Array.from({ length: 25 }, (_, index) => ({
      path: `tile/entries/0${index}`,
      isMissing: index === 3,
    }));
    const [text] = misfitText(misfits);
    expect(text).toContain('does NOT give what it has signed');
    expect(text).toContain('  tile/entries/03 is missing\n');
    expect(text.split('\n').at(-1)).toBe('  … and 5 more');
  });
});
