import type { PartnerPolicy } from '../ports';

/** Exponential back-off with full jitter: anywhere between now and the bound, so that lanes that failed together do not come back together.
 *  @param attempts calls and probes made, at least 1
 *  @param random in [0, 1)
 *  @returns ms */
export function backOffMs(
  attempts: number,
  policy: Pick<PartnerPolicy, 'firstRetryMs' | 'maxRetryMs'>,
  random: number,
): number {
  const boundMs = Math.min(policy.maxRetryMs, policy.firstRetryMs * 2 ** (attempts - 1));
  return Math.floor(boundMs * random);
}
