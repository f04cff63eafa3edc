import type { RegistryResults } from '#intake';
import { AppError } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { readFailure } from '../http/partner-call';
import type { RegistryClient } from './registry-client';
import { rowsOfAnswer } from './results-answer';

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
      if (reply.kind === 'failed') throw readFailure(reply.result);
      const rows = rowsOfAnswer(deps.config, { module, codes }, reply.json);
      if (rows === undefined) throw new AppError({ code: 'hotich.poll-refused', disposition: 'retry' });
      return { askedAt, rows, raw: reply.answer };
    },
  };
}
