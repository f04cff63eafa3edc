import { AppError } from '#platform';
import type { Witness } from '../domain/witness';
import type { WitnessPort } from '../ports';

/** Of one call. */
interface CallLimits {
  /** With its answer read to the end. @default 5_000 ms */
  deadlineMs: number;
  /** A cosignature has 200 bytes, a checkpoint with those of many witnesses a few thousand. @default 65_536 */
  maxAnswerBytes: number;
}

const LIMITS: CallLimits = { deadlineMs: 5_000, maxAnswerBytes: 65_536 };

/** C2SP tlog-witness over HTTP. */
export function httpWitness(
  { url, monitoringUrl }: Pick<Witness, 'url' | 'monitoringUrl'>,
  limits: CallLimits = LIMITS,
): WitnessPort {
  return {
    addCheckpoint: (body, signal) => call(`${url}/add-checkpoint`, { method: 'POST', body, signal }, limits),
    latest: async (logId, signal) => {
      const { status, body } = await call(`${monitoringUrl}/${logId}/checkpoint`, { signal }, limits);
      if (status === 404) return undefined;
      if (status !== 200) throw away(`answered ${status}`);
      return body;
    },
  };
}

interface Call {
  method?: 'POST';
  body?: string;
  signal: AbortSignal;
}

async function call(
  address: string,
  { signal, ...request }: Call,
  { deadlineMs, maxAnswerBytes }: CallLimits,
): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(address, {
      ...request,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    });
    return { status: response.status, body: await textOf(response, maxAnswerBytes) };
  } catch (error) {
    throw error instanceof AppError ? error : away('no answer', error);
  }
}

async function textOf({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw away('too long an answer');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function away(detail: string, cause?: unknown): AppError {
  return new AppError({ code: 'witness-away', disposition: 'retry', detail: `witness: ${detail}`, cause });
}
