import type { ApiClient } from '../client/api-client';
import { countsText, type Plan } from './replay-text';

const LOOK_EVERY_MS = 500;

/** Waits for a dry run to end. */
export async function dryRunOf(api: ApiClient, plan: Plan): Promise<Plan> {
  let now = plan;
  let told = 0;
  while (now.state === 'dry-running') {
    now = await lookAgain(api, plan.id);
    if (now.looked >= told + 1_000) process.stderr.write(`looked at ${(told = now.looked)} of ${now.items}\n`);
  }
  return now;
}

/** Follows a run until it ends, pauses or stops, and what it has sent has ended; tells every change. */
export async function followed(api: ApiClient, id: string, tell: (line: string) => void): Promise<Plan> {
  let now = await api.get<Plan>(`/replays/${id}`);
  let told = '';
  for (;;) {
    const line = `${now.state}, wave ${now.wave}: ${countsText(now.counts)}, left ${now.left}`;
    if (line !== told) tell((told = line));
    if (!isMoving(now)) return now;
    now = await lookAgain(api, id);
  }
}

function isMoving({ state, counts: { sent, done, failed } }: Plan): boolean {
  return state === 'running' || state === 'dry-running' || sent > done + failed;
}

async function lookAgain(api: ApiClient, id: string): Promise<Plan> {
  await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  return api.get<Plan>(`/replays/${id}`);
}
