import type { DeliveryFacts, PartnerView } from '#delivery';
import type { DossierState } from '#dossier';
import { createPartners } from '#partners';
import { Questions } from '#replay';
import { silentLog, systemClock } from '#platform';
import type { OpenSide } from '../harness/bench-run';
import { settingsOf } from '../harness/process-settings';
import { queryOnce } from '../harness/query-once';

interface Row {
  id: string;
  facts: DeliveryFacts;
  projection: DossierState;
}

/** The partner's own part of a dry run: its questions, asked by hand, as many at once as a dry run asks, and nothing else.
 *  @returns how long all of them took, s */
export async function askAlone(
  { side, databaseUrl }: Pick<OpenSide, 'side' | 'databaseUrl'>,
  reasonCode: string,
): Promise<{ seconds: number; verdicts: Record<string, number> }> {
  const env = settingsOf(side.pids.worker);
  const partners = createPartners({
    configDir: env['CONFIG_DIR'] ?? 'config',
    env,
    log: silentLog,
    clock: systemClock,
    budget: noLimits,
  });
  const rows = await queryOnce<Row>(
    databaseUrl,
    `select d.id, d.facts, o.projection from delivery d join dossier o on o.id = d.dossier_id where d.status = 'dead' and d.reason_code = $1`,
    [reasonCode],
  );
  const adapter = partners.adapters.hotich;
  const questions = new Questions(() => Math.max(1, Math.floor(adapter.policy.maxConcurrency / 4)));
  const { signal } = new AbortController();
  const ask = ({ id, facts, projection }: Row): Promise<PartnerView> =>
    questions.ask(
      adapter,
      {
        deliveryId: id,
        partner: 'hotich',
        operation: 'submit-registration',
        facts,
        dossier: projection,
        attempts: 1,
        wasUnknown: false,
      },
      signal,
    );
  try {
    const since = performance.now();
    const views = await Promise.all(rows.map(ask));
    const seconds = (performance.now() - since) / 1_000;
    const verdicts: Record<string, number> = {};
    for (const { verdict } of views) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    return { seconds, verdicts };
  } finally {
    partners.close();
  }
}

/** The shipped partners set no limits. */
function noLimits(): never {
  throw new Error('the bench keeps no limits of partners');
}
