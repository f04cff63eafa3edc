import type { AskedDossier, Found, ReconciledPartner } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { assertAskable, byOneStopCode, foundOf, toldOnce, type ReadRow } from '../found-rows';
import { isTooMuch, readFailure, type PartnerReply } from '../http/partner-call';
import { codeText } from '../wire/code-text';
import { objectOf } from '../wire/fields';
import { portalStatusOf } from '../wire/portal-status';
import type { PortalClient } from './portal-client';
import { isSuccessCode } from './portal-reply';
import { lookedUpRows } from './probe-create';

/** `TraCuuHoSo` takes one code (CONTRACTS §1.1). */
const AT_MOST = 1;
const MATCHING = { belongsTo: byOneStopCode, nameless: 'dvcqg.row-without-code' };

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
  const rows = lookedUpRows(deps.replies, reply.json);
  const isContradictory = reply.httpStatus >= 300 && isSuccessCode(reply.json['error_code']);
  if (rows === undefined || isContradictory) return unreadable('dvcqg.look-up-failed');
  return foundOf(dossiers, toldOnce(rows.map(rowOf), 'dvcqg.rows-contradict'), MATCHING);
}

function rowOf(value: unknown): ReadRow {
  const row = objectOf(value) ?? {};
  const oneStop = codeText(row['MaHoSo']);
  if (oneStop === undefined) return { codes: {}, reasonCode: MATCHING.nameless };
  return { codes: { oneStop }, status: portalStatusOf(row['TrangThaiHoSo']) };
}
