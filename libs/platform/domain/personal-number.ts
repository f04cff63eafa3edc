/** A run of digits as long as an identity paper's or a telephone's number. */
const PERSONAL_NUMBER = /\d{9,12}/;

/** True when a free text looks as if it holds a person's number, however it is spaced. */
export function holdsPersonalNumber(text: string): boolean {
  return PERSONAL_NUMBER.test(text.replace(/[ .-]/g, ''));
}
