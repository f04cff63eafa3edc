import type { CallBudget } from '#delivery';
import type { ClosableHttp } from './axios-http';
import type { HttpResult } from './http-port';

/** Every exchange, log-ins and polls too, waits for leave; without it nothing is written. */
export function budgetedHttp(http: ClosableHttp, budget: CallBudget): ClosableHttp {
  const refusal = async (signal: AbortSignal): Promise<HttpResult | undefined> => {
    const leave = await budget.take(signal);
    return leave === 'granted' ? undefined : { kind: 'not-written', code: leave };
  };
  return {
    call: async (request) => (await refusal(request.signal)) ?? http.call(request),
    open: async (request, aboveBytes) => (await refusal(request.signal)) ?? http.open(request, aboveBytes),
    close: () => http.close(),
  };
}
