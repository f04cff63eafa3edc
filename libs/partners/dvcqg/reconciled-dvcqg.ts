import type { AskedDossier, Found, ReconciledPartner } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { assertAskable, byOneStopCode, foundOf, namedRow, toldOnce, type ReadRow } from '../found-rows';
import type { JsonObject } from '../http/answer-json';
import { isTooMuch, readFailure, type PartnerReply } from '../http/partner-call';
import type { ReplyTable } from '../replies/reply-rules';
import { filledText, objectOf } from '../wire/fields';
import { portalStatusOf } from '../wire/portal-status';
import type { PortalClient } from './portal-client';
import { saysDone, saysNoSuchDossier } from './compared-texts';
import { isSuccessCode } from './portal-reply';

/** `TraCuuHoSo` takes one code (CONTRACTS §1.1). */
const AT_MOST = 1;
const MATCHING = { belongsTo: byOneStopCode, partner: 'dvcqg' } as const;

function codeOf({ codes }: AskedDossier): string | undefined {
  return codes.oneStop;
}

/** What the national portal can be asked: the state of one dossier, without the time of its change. It has no list. */
export function reconciledDvcqg(deps: AdapterDeps, client: PortalClient): ReconciledPartner {
  return {
    partner: 'dvcqg',
    codeOf,
    lookUp: {
      atMost: AT_MOST,
      async ask(dossiers, signal) {
        assertAskable(dossiers, AT_MOST, codeOf);
        const askedAt = deps.clock.now();
        const reply = await client.lookUp(codeOf(dossiers[0]) ?? '', signal);
        return { askedAt, found: foundIn(deps, dossiers, reply) };
      },
    },
  };
}

function foundIn(deps: AdapterDeps, dossiers: readonly AskedDossier[], reply: PartnerReply): readonly Found[] {
  const unreadable = (reasonCode: string): Found[] => [{ kind: 'unreadable', reasonCode }];
  if (reply.kind === 'failed') {
    if (isTooMuch(reply.result)) return unreadable(reply.result.reasonCode);
    throw readFailure(reply.result);
  }
  const rows = rowsOf(deps, codeOf(dossiers[0]) ?? '', reply);
  if (rows === undefined) return unreadable('dvcqg.look-up-failed');
  return foundOf(dossiers, toldOnce(rows.map(rowOf), 'dvcqg.rows-contradict'), MATCHING);
}

/** Rows under a code of success; none, where it says that it looked, or that there is no such dossier. Any other text that something does not exist
 *  may speak of our unit, of the service or of a table there. Undefined when it tells nothing. */
function rowsOf(
  { replies }: AdapterDeps,
  asked: string,
  { httpStatus, json }: Extract<PartnerReply, { kind: 'json' }>,
): readonly unknown[] | undefined {
  const { result } = json;
  const isSuccess = httpStatus < 300 && isSuccessCode(json['error_code']);
  if (Array.isArray(result) && result.length > 0) return isSuccess ? (result as readonly unknown[]) : undefined;
  if (Array.isArray(result) || result === null || result === undefined)
    return saysNone(replies, json, { asked, isDone: isSuccess && result !== undefined }) ? [] : undefined;
  return undefined;
}

/** @param given `asked`: the code; `isDone`: an empty result under a code of success, which needs its text too */
function saysNone(replies: ReplyTable, json: JsonObject, given: { asked: string; isDone: boolean }): boolean {
  const text = filledText(json['message']) ?? '';
  const isDone = given.isDone && saysDone(replies, text, filledText(json['error_code']));
  return isDone || saysNoSuchDossier(replies, text, given.asked);
}

function rowOf(value: unknown): ReadRow {
  const row = objectOf(value) ?? {};
  return namedRow('dvcqg', { oneStop: row['MaHoSo'] }, { status: portalStatusOf(row['TrangThaiHoSo']) });
}
