import { RegistryStatus } from '#dossier';
import { AppError, isDeeperThan } from '#platform';
import type { AskedDossier, Found, ReconciledPartner } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { assertAskable, byOneStopCode, foundOf, toldOnce, type ReadRow } from '../found-rows';
import { isTooMuch, readFailure } from '../http/partner-call';
import { codeText } from '../wire/code-text';
import { objectOf } from '../wire/fields';
import { instantField } from '../wire/instant-field';
import { registrationResult } from './registration-result';
import type { RegistryClient } from './registry-client';
import { MAX_ROW_DEPTH, registryStatusOf } from './result-rows';
import { answeredRows, POLL_REFUSED } from './results-answer';

const MATCHING = { belongsTo: byOneStopCode, nameless: 'hotich.row-without-code' };

function codeOf({ codes }: AskedDossier): string | undefined {
  return codes.oneStop;
}

/** What hộ tịch can be asked: the state and the result of some dossiers (`layKetQuaDKHT`, hotich.md §4). It has no list.
 *  One question becomes one call for each module in it, and more when hộ tịch refuses so many codes or one row is too much (Q18).
 *  @param client shared with the adapter, so that all use one token */
export function reconciledHotich(deps: AdapterDeps, client: RegistryClient): ReconciledPartner {
  const atMost = deps.config.limits.batch;
  return {
    partner: 'hotich',
    codeOf,
    lookUp: {
      atMost,
      // Halved down to single ones.
      mostCalls: 2 * atMost - 1,
      async ask(dossiers, signal) {
        assertAskable(dossiers, atMost, codeOf);
        const askedAt = deps.clock.now();
        const found = new Map<AskedDossier, Found>();
        const asking = { deps, client, signal, calls: 0 };
        for (const module of ['KS', 'KT'] as const) {
          const own = dossiers.filter((dossier) => dossier.module === module);
          const answers = own.length === 0 ? [] : await askTogether(asking, module, own);
          own.forEach((dossier, at) => found.set(dossier, answers[at]));
        }
        return {
          askedAt,
          found: foundUnlessRefused(dossiers.map((dossier) => found.get(dossier)!)),
          calls: asking.calls,
        };
      },
    },
  };
}

/** A hộ tịch that refuses every code refuses the question, not the dossiers. */
function foundUnlessRefused(found: readonly Found[]): readonly Found[] {
  if (found.every((one) => one.kind === 'unreadable' && one.reasonCode === POLL_REFUSED))
    throw new AppError({ code: POLL_REFUSED, disposition: 'retry' });
  return found;
}

interface Asking {
  deps: AdapterDeps;
  client: RegistryClient;
  signal: AbortSignal;
  /** Made so far. */
  calls: number;
}

/** Halves what is too much at once, down to one dossier: the others must not stay unseen for it.
 *  @param dossiers of one module */
async function askTogether(
  asking: Asking,
  module: 'KS' | 'KT',
  dossiers: readonly AskedDossier[],
): Promise<readonly Found[]> {
  const answer = await answerTo(asking, module, dossiers);
  if (!('reasonCode' in answer)) return foundIn(module, dossiers, answer.rows);
  if (dossiers.length === 1) return [{ kind: 'unreadable', reasonCode: answer.reasonCode }];
  const half = Math.ceil(dossiers.length / 2);
  const first = await askTogether(asking, module, dossiers.slice(0, half));
  return [...first, ...(await askTogether(asking, module, dossiers.slice(half)))];
}

/** One call. @throws AppError with disposition `retry` when it brought no answer */
async function answerTo(
  asking: Asking,
  module: 'KS' | 'KT',
  dossiers: readonly AskedDossier[],
): Promise<{ rows: readonly unknown[] } | { reasonCode: string }> {
  const { deps, client, signal } = asking;
  asking.calls += 1;
  const codes = dossiers.flatMap((dossier) => codeOf(dossier) ?? []);
  const reply = await client.results(module, codes, signal);
  if (reply.kind === 'failed') {
    if (isTooMuch(reply.result)) return { reasonCode: reply.result.reasonCode };
    throw readFailure(reply.result);
  }
  const rows = answeredRows(deps.config, reply.json);
  const isList = Array.isArray(reply.json['value'] ?? []);
  return rows === undefined || !isList ? { reasonCode: POLL_REFUSED } : { rows };
}

/** A row with a meaningless status is how hộ tịch says that it does not have the dossier (Q16). */
function foundIn(module: 'KS' | 'KT', dossiers: readonly AskedDossier[], values: readonly unknown[]): readonly Found[] {
  const rows = toldOnce(
    values.map((value) => rowOf(module, value)),
    'hotich.rows-contradict',
  );
  return foundOf(dossiers, rows, MATCHING).map((found) =>
    found.kind === 'rows' && found.rows.every(({ status }) => status === null) ? { kind: 'absent' } : found,
  );
}

function rowOf(module: 'KS' | 'KT', value: unknown): ReadRow {
  const row = objectOf(value) ?? {};
  const oneStop = codeText(row['maHoSoMCDT']);
  if (oneStop === undefined) return { codes: {}, reasonCode: MATCHING.nameless };
  if (isDeeperThan(row, MAX_ROW_DEPTH)) return { codes: { oneStop }, reasonCode: 'hotich.row-too-deep' };
  const dvclt = codeText(row['maHoSoLT']);
  const codes = { oneStop, ...(dvclt === undefined ? {} : { dvclt }) };
  const status = registryStatusOf(row['trangThai']);
  const result = status === RegistryStatus.Completed ? registrationResult(module, oneStop, row) : undefined;
  if (result === 'unreadable') return { codes, reasonCode: 'hotich.result-unreadable' };
  const changedAt = instantField(row['thoiGianThucHien']);
  return {
    codes,
    status,
    ...(changedAt === undefined ? {} : { changedAt }),
    // Completed without its file or, at birth, without its number is no result yet (Q19).
    ...(status === RegistryStatus.Completed ? { hasResult: result !== undefined } : {}),
  };
}
