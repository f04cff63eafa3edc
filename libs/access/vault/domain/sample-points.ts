/** Bits of a number from `random`. */
const BITS = 52n;

/** References spread at random between two, both included: as references begin with their time, every hour of the installation's life is as likely
 *  as any other, however much was stored in it. @param random from 0 up to 1 */
export function pointsBetween(
  { first, last }: { first: string; last: string },
  count: number,
  random: () => number,
): string[] {
  const [low, high] = [numberOf(first), numberOf(last)];
  const pick = (): bigint =>
    low + (BigInt(Math.floor(random() * Number(1n << BITS))) * (high - low + 1n)) / (1n << BITS);
  return Array.from({ length: count }, () => referenceOf(pick()));
}

function numberOf(ref: string): bigint {
  return BigInt(`0x${ref.replaceAll('-', '')}`);
}

function referenceOf(number: bigint): string {
  const hex = number.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
