import type { Installation } from '../../support/installation';
import { until } from '../../support/until';

interface Plan {
  id: string;
  state: string;
  hash: string;
  stop: { code: string } | null;
  counts: { done: number; settled: number };
}

/** Brings all dead letters back as two operators would while lines break: a run that stopped itself is resumed, and looked at and approved anew
 *  where the dry run was wrong.
 *  @returns what became of the plan */
export async function replayThrough(installation: Installation, deadlineMs: number): Promise<Plan> {
  const post = (path: string, body: object, account?: string): Promise<Plan> =>
    installation.post<Plan>(path, body, account);
  const request = { selection: {}, reasonCode: 'configuration-fixed', reason: 'lines that break', ratePerSecond: 20 };
  const { id } = await post('/replays', request);
  const step = (name: string): Promise<Plan> => post(`/replays/${id}/${name}`, {});
  let plan = await step('dry-run');
  await until(
    async () => {
      // The gateway's own line may be the broken one: asked again.
      plan = (await installation.get<Plan>(`/replays/${id}`).catch(() => undefined)) ?? plan;
      await goOn(plan, { step, approve: (hash) => post(`/replays/${id}/approve`, { hash }, 'approver') }).catch(
        () => undefined,
      );
      return plan.state === 'done';
    },
    deadlineMs,
    () => `the end of the plan; it is ${JSON.stringify(plan)}`,
  );
  return plan;
}

async function goOn(
  { state, hash, stop }: Plan,
  { step, approve }: { step(name: string): Promise<Plan>; approve(hash: string): Promise<Plan> },
): Promise<void> {
  if (state === 'dry-run') await approve(hash);
  if (state === 'approved') await step('start');
  if (state === 'stopped') await step(stop?.code === 'prediction-changed' ? 'dry-run' : 'resume');
}
