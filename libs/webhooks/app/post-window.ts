import { feedItem, type LoggedEvent } from '#bus';
import type { Clock } from '#platform';
import { judgePost, type Verdict } from '../domain/judge-post';
import { signatureHeader } from '../domain/signature';
import type { WebhookKey } from '../domain/webhook-keys';
import type { Webhook } from '../domain/webhook';
import { linesOf } from '../domain/window';
import type { WebhookPort } from '../ports';
import type { WebhookLease } from './webhook-lease';

export interface WindowDeps {
  webhook: Webhook;
  port: WebhookPort;
  lease: Pick<WebhookLease, 'ensure' | 'covers'>;
  clock: Clock;
}

/** How posting a window ended, when not all of it was taken. */
export type WindowEnd = { kind: 'lost' } | { kind: 'failed'; verdict: Exclude<Verdict, { kind: 'taken' }> };

interface Run extends WindowDeps {
  keys: readonly WebhookKey[];
  taken: Set<number>;
  signal: AbortSignal;
  ends: { position: number; end: WindowEnd }[];
  /** What was thrown, by the database. */
  faults: unknown[];
}

/** Between the end of a post's deadline and that of the lease, ms. */
const MARGIN_MS = 1_000;

/** Posts the events of a window: those of one dossier one after the other, several dossiers at once. A dossier whose event is not taken waits; when as many
 *  wait as go at once, the receiver is taken to be away and the rest waits as well.
 *  @param taken positions that the receiver has; grows
 *  @returns undefined when nothing stood in the way, when no post is under way any more; the same holds for what it throws */
export async function postWindow(
  deps: WindowDeps,
  events: readonly LoggedEvent[],
  { keys, taken, signal }: { keys: readonly WebhookKey[]; taken: Set<number>; signal: AbortSignal },
): Promise<WindowEnd | undefined> {
  const run: Run = { ...deps, keys, taken, signal, ends: [], faults: [] };
  const lines = linesOf(events.filter(({ position }) => !taken.has(position)));
  const carry = async (): Promise<void> => {
    for (let line = lines.shift(); line !== undefined; line = lines.shift()) await postLine(run, line);
  };
  // One that fails must not leave the posts of the others behind: the next window would post beside them.
  const noteFault = (fault: unknown): void => void run.faults.push(fault);
  await Promise.all(Array.from({ length: deps.webhook.concurrency }, () => carry().catch(noteFault)));
  if (run.faults.length > 0) throw run.faults[0];
  return run.ends.sort((one, other) => rank(one.end) - rank(other.end) || one.position - other.position).at(0)?.end;
}

/** A lost lease and a receiver that wants no more come before what may pass. */
function rank(end: WindowEnd): number {
  if (end.kind === 'lost') return 0;
  return end.verdict.kind === 'stop' ? 1 : 2;
}

async function postLine(run: Run, line: readonly LoggedEvent[]): Promise<void> {
  for (const event of line) {
    if (isOver(run)) return;
    const end = await postOne(run, event);
    if (end === undefined) run.taken.add(event.position);
    else return void run.ends.push({ position: event.position, end });
  }
}

function isOver({ signal, ends, faults, webhook }: Run): boolean {
  return (
    signal.aborted || faults.length > 0 || ends.length >= webhook.concurrency || ends.some(({ end }) => rank(end) < 2)
  );
}

async function postOne({ webhook, port, lease, clock, keys }: Run, event: LoggedEvent): Promise<WindowEnd | undefined> {
  const neededMs = webhook.deadlineMs + MARGIN_MS;
  if (!(await lease.ensure(neededMs))) return { kind: 'lost' };
  const message = {
    id: event.eventId,
    timestamp: Math.floor(clock.now().getTime() / 1000),
    body: JSON.stringify(feedItem(event)),
  };
  const posted = await port.post({
    url: webhook.url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': String(message.timestamp),
      'webhook-signature': signatureHeader(message, keys),
    },
    body: message.body,
    deadlineMs: webhook.deadlineMs,
    mayWrite: () => lease.covers(webhook.deadlineMs),
  });
  const verdict = judgePost(posted);
  return verdict.kind === 'taken' ? undefined : { kind: 'failed', verdict };
}
