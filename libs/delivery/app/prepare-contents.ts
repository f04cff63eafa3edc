import type { PayloadOpener } from '../adapters/payload-opener';
import type { ClaimedDelivery } from '../domain/attempt';
import { keptParts } from '../domain/body-parts';
import type { CallResult, PartnerAdapter, PayloadReader, RenderedContent } from '../ports';
import type { ContentKeeper, Keeping } from './content-keeper';
import type { RenderedDelivery } from './keep-content';
import { renderFailure } from './render-failure';
import { taskOf } from './try-delivery';

export interface PrepareDeps {
  adapter: Pick<PartnerAdapter, 'render' | 'partner'>;
  opener: PayloadOpener;
  payloads: PayloadReader;
  /** Shared by the couriers of a process. */
  keeper: Pick<ContentKeeper, 'keep'>;
}

/** A claimed delivery, ready to be sent, or why not. `lost`: the lease is gone, and whoever took it goes on. */
export type PreparedDelivery = { claim: ClaimedDelivery } & (
  { content: RenderedContent } | { failure: CallResult; field?: string } | { lost: true }
);

/** Contents of a claimed batch: the kept one where there is one, else rendered now, sealed and digested before any byte is written. */
export async function prepareContents(
  claims: readonly ClaimedDelivery[],
  deps: PrepareDeps,
): Promise<PreparedDelivery[]> {
  const prepared = await Promise.all(
    claims.map((claim) => (claim.contentRef === null ? render(claim, deps) : openKept(claim, claim.contentRef, deps))),
  );
  const fresh = prepared.filter((one): one is RenderedDelivery => one.claim.contentRef === null && 'content' in one);
  if (fresh.length === 0) return prepared;
  const keeping = await deps.keeper.keep(fresh);
  const became = new Map(fresh.map((one, at) => [one.claim.deliveryId, keeping[at]]));
  return prepared.map((one) => afterKeeping(one, became.get(one.claim.deliveryId)));
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
    const bytes = await deps.opener.open(ref);
    const parts = keptParts(bytes);
    return { claim, content: { body: parts === undefined ? bytes : deps.payloads.largeBody(parts) } };
  } catch (error) {
    return failed(claim, error);
  }
}

function failed(claim: ClaimedDelivery, error: unknown): PreparedDelivery {
  const { result, field } = renderFailure(error);
  return { claim, failure: result, ...(field === undefined ? {} : { field }) };
}

/** @param keeping undefined for what needed no keeping */
function afterKeeping(one: PreparedDelivery, keeping: Keeping | undefined): PreparedDelivery {
  if (keeping === 'lost') return { claim: one.claim, lost: true };
  return keeping === 'failed' ? { claim: one.claim, failure: NOT_KEPT } : one;
}

const NOT_KEPT: CallResult = { outcome: 'retry', wire: 'not-written', reasonCode: 'content.not-kept' };
