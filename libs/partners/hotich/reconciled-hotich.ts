import { RegistryStatus } from '#dossier';
import { isDeeperThan } from '#platform';
import type { AskedDossier, Found, PartnerRow, ReconciledPartner } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { assertAskable, byOneStopCode, foundOf, namedRow, rowWithoutCode, toldOnce, type ReadRow } from '../found-rows';
import { HalvedQuestion, mostCallsOf, type CallAnswer } from '../halved-question';
import type { JsonObject } from '../http/answer-json';
import { isTooMuch, readFailure } from '../http/partner-call';
import { plainCode } from '../wire/code-text';
import { objectOf } from '../wire/fields';
import { instantField } from '../wire/instant-field';
import { registrationResult } from './registration-result';
import type { RegistryClient } from './registry-client';
import { MAX_ROW_DEPTH, registryStatusOf } from './result-rows';
import { answeredRows, POLL_REFUSED } from './results-answer';

const MATCHING = { belongsTo: byOneStopCode, partner: 'hotich' } as const;

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
      mostCalls: mostCallsOf(atMost),
      async ask(dossiers, signal) {
        assertAskable(dossiers, atMost, codeOf);
        const askedAt = deps.clock.now();
        const groups = (['KS', 'KT'] as const).map((module) => dossiers.filter((dossier) => dossier.module === module));
        const question = new HalvedQuestion((some) => answerTo({ deps, client, signal }, some), client.lately);
        const { found, calls } = await question.ask(groups);
        const byDossier = new Map(groups.flat().map((dossier, at) => [dossier, found[at]]));
        return { askedAt, found: dossiers.map((dossier) => byDossier.get(dossier)!), calls };
      },
    },
  };
}

/** One call. @param dossiers of one module @throws AppError with disposition `retry` when it brought no answer */
async function answerTo(
  { deps, client, signal }: { deps: AdapterDeps; client: RegistryClient; signal: AbortSignal },
  dossiers: readonly AskedDossier[],
): Promise<CallAnswer> {
  const [{ module }] = dossiers;
  const codes = dossiers.flatMap((dossier) => codeOf(dossier) ?? []);
  const reply = await client.results(module, codes, signal);
  if (reply.kind === 'failed') {
    if (isTooMuch(reply.result)) return { kind: 'too-much', reasonCode: reply.result.reasonCode };
    throw readFailure(reply.result);
  }
  const rows = answeredRows(deps.config, reply.json);
  const isList = Array.isArray(reply.json['value'] ?? []);
  if (rows === undefined || !isList) return { kind: 'refused', reasonCode: POLL_REFUSED };
  return { kind: 'found', found: foundIn(module, dossiers, rows) };
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
  const code = plainCode(row['maHoSoMCDT']);
  if (code === undefined || code === 'strange') return rowWithoutCode('hotich');
  const oneStop = code.code;
  if (isDeeperThan(row, MAX_ROW_DEPTH)) return { codes: { oneStop }, reasonCode: 'hotich.row-too-deep' };
  const status = registryStatusOf(row['trangThai']);
  const said = saidBy(module, { oneStop, status }, row);
  if ('reasonCode' in said) return { codes: { oneStop }, ...said };
  // One that says that there is nothing names no dossier with whatever stands there (Q16).
  const isNothing = status === null && plainCode(row['maHoSoLT']) === 'strange';
  return namedRow('hotich', { oneStop, dvclt: isNothing ? undefined : row['maHoSoLT'] }, said);
}

function saidBy(
  module: 'KS' | 'KT',
  { oneStop, status }: { oneStop: string; status: RegistryStatus | null },
  row: JsonObject,
): Omit<PartnerRow, 'codes'> | { reasonCode: string } {
  const result = status === RegistryStatus.Completed ? registrationResult(module, oneStop, row) : undefined;
  if (result === 'unreadable') return { reasonCode: 'hotich.result-unreadable' };
  const changedAt = instantField(row['thoiGianThucHien']);
  return {
    status,
    ...(changedAt === undefined ? {} : { changedAt }),
    // Completed without its file or, at birth, without its number is no result yet (Q19).
    ...(status === RegistryStatus.Completed ? { hasResult: result !== undefined } : {}),
  };
}
