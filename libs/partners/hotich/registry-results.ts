import type { CallResult } from '#delivery';
import type { RegistryReply, RegistryResults } from '#intake';
import type { AdapterDeps } from '../config/adapter-deps';
import { isTooMuch, readFailure } from '../http/partner-call';
import type { RegistryClient } from './registry-client';
import { POLL_REFUSED, readResults } from './results-answer';

/** hộ tịch's results by poll (`layKetQuaDKHT`, hotich.md §4).
 *  @param client shared with the adapter, so that pushes and polls use one token */
export function createRegistryResults(deps: AdapterDeps, client: RegistryClient): RegistryResults {
  const maxCodesPerCall = deps.config.limits.batch;
  return {
    maxCodesPerCall,
    async poll(module, codes, signal) {
      if (codes.length === 0 || codes.length > maxCodesPerCall)
        throw new RangeError(`a poll carries 1 to ${maxCodesPerCall} codes`);
      const askedAt = deps.clock.now();
      const reply = await client.results(module, codes, signal);
      if (reply.kind === 'failed') return { askedAt, ...withoutRows(reply.result, codes) };
      const read = readResults(deps.config, { module, codes }, reply.json);
      if (read === undefined) return { askedAt, rows: null, unclear: POLL_REFUSED, isRefusal: true, raw: reply.answer };
      client.lately.answered();
      const { rows, strange } = read;
      return { askedAt, rows, raw: reply.answer, ...(strange > 0 ? { unclear: 'hotich.rows-strange' } : {}) };
    },
  };
}

/** What a failed call says all the same. @throws AppError with disposition `retry` when that is nothing */
function withoutRows(result: CallResult, codes: readonly string[]): Omit<RegistryReply, 'askedAt'> {
  const { answer, reasonCode } = result;
  if (isTooMuch(result)) {
    // Asked for alone it is as good as absent: after a time a person hears that nothing comes.
    const rows = codes.length === 1 ? [] : null;
    return { rows, unclear: reasonCode, isTooMuch: true, raw: answer ?? null };
  }
  if (reasonCode !== 'answer.not-json' || answer === undefined) throw readFailure(result);
  return { rows: null, unclear: reasonCode, raw: answer };
}
