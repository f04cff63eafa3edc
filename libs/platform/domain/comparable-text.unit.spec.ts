import { comparableText, composedText } from './comparable-text';

const ACUTE = '\u0301';
const DOT_BELOW = '\u0323';

describe('comparable text', () => {
  it('is composed, folded and without runs of white space [Q44]', () => {
    expect(comparableText(`  Kho${'\u0302'}ng\r\n  TỒN tại `)).toBe('không tồn tại');
  });

  it('keeps what a letter can carry', () => {
    const letter = `e${`${ACUTE}${DOT_BELOW}`.repeat(15)}x`;
    expect(composedText(letter)).toBe(letter.normalize('NFC'));
  });

  it('leaves out marks beyond the thirtieth in a row, which would have to be put in order by the square of their number', () => {
    const bait = `e${`${ACUTE}${DOT_BELOW}`.repeat(1_000_000)}x`;
    expect(comparableText(bait)).toBe(`e${`${ACUTE}${DOT_BELOW}`.repeat(15)}x`.normalize('NFC'));
  });
});
