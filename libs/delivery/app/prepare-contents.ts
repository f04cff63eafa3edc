import { codeOf, type Database, type Log } from '#platform';
import type { Vault } from '#access';
import type { PayloadOpener } from '../adapters/payload-opener';
import type { ClaimedDelivery } from '../domain/attempt';
import type { CallResult, PartnerAdapter, PayloadReader, RenderedContent } from '../ports';
import { keepContent, type RenderedDelivery } from './keep-content';
import { renderFailure } from './render-failure';
import { taskOf } from './try-delivery';

export interface PrepareDeps {
  db: Pick<Database, 'run'>;
  workerId: string;
  adapter: Pick<PartnerAdapter, 'render' | 'partner'>;
  vault: Pick<Vault, 'sealMany'>;
  opener: PayloadOpener;
  payloads: PayloadReader;
  log: Log;
}

/** A claimed delivery, ready to be sent, or why not. `lost`: the lease is gone, and whoever took it goes on. */
export type PreparedDelivery = { claim: ClaimedDelivery } & (
  { content: RenderedContent } | { failure: CallResult; field?: string } | { lost: true }
);

/** Contents of a claimed batch: the kept one where there is one, else rendered now, sealed and digested in one transaction for all of them
 *  before any byte is written. */
export async function prepareContents(
  claims: readonly ClaimedDelivery[],
  deps: PrepareDeps,
): Promise<PreparedDelivery[]> {
  const prepared = await Promise.all(
    claims.map((claim) => (claim.contentRef === null ? render(claim, deps) : openKept(claim, claim.contentRef, deps))),
  );
  const fresh = prepared.filter((one): one is RenderedDelivery => one.claim.contentRef === null && 'content' in one);
  if (fresh.length === 0) return prepared;
  const kept = await keep(fresh, deps);
  return prepared.map((one) => (one.claim.contentRef === null && 'content' in one ? afterKeeping(one, kept) : one));
}

async function render(claim: ClaimedDelivery, deps: PrepareDeps): Promise<PreparedDelivery> {
  try {
    return { claim, content: await deps.adapter.render(taskOf(claim), deps.payloads) };
  } catch (error) {
    return failed(claim, error);
  }
}

async function openKept(claim: ClaimedDelivery, ref: string, deps: PrepareDeps): Promise<PreparedDelivery> {
  try {
    return { claim, content: { body: await deps.opener.open(ref) } };
  } catch (error) {
    return failed(claim, error);
  }
}

function failed(claim: ClaimedDelivery, error: unknown): PreparedDelivery {
  const { result, field } = renderFailure(error);
  return { claim, failure: result, ...(field === undefined ? {} : { field }) };
}

async function keep(fresh: readonly RenderedDelivery[], deps: PrepareDeps): Promise<Set<string> | CallResult> {
  try {
    return await deps.db.run((tx) => keepContent(tx, fresh, deps.workerId, deps.vault));
  } catch (error) {
    deps.log.warn('content.not-kept', { partner: deps.adapter.partner, count: fresh.length, code: codeOf(error) });
    return { outcome: 'retry', wire: 'not-written', reasonCode: 'content.not-kept' };
  }
}

function afterKeeping(one: RenderedDelivery, kept: Set<string> | CallResult): PreparedDelivery {
  if (!(kept instanceof Set)) return { claim: one.claim, failure: kept };
  return kept.has(one.claim.deliveryId) ? one : { claim: one.claim, lost: true };
}
