import type { DeliveryTask, PartnerView, ReplayAdapter } from '#delivery';
import type { PartnerId } from '#dossier';
import { codeOf } from '#platform';

/** What a question needs of an adapter. */
export type AskedAdapter = Pick<ReplayAdapter, 'partner' | 'policy' | 'view' | 'viewTogether'>;

interface Waiting {
  adapter: AskedAdapter;
  task: DeliveryTask;
  signal: AbortSignal;
  answer(view: PartnerView): void;
}

interface Line {
  /** Questions that are out. */
  out: number;
  waiting: Waiting[];
}

/** Asks partners about messages: in the order of asking, only so many questions at once as leave room for the deliveries of the day, and as many
 *  messages in one question as the partner takes. */
export class Questions {
  private readonly lines = new Map<PartnerId, Line>();

  /** @param atOnce questions at once, at least 1 */
  constructor(private readonly atOnce: (partner: PartnerId) => number) {}

  /** What the partner has of this message. Never throws: what could not be found out is `cannot-tell`. */
  ask(adapter: AskedAdapter, task: DeliveryTask, signal: AbortSignal): Promise<PartnerView> {
    const line = this.lines.get(adapter.partner) ?? { out: 0, waiting: [] };
    this.lines.set(adapter.partner, line);
    return new Promise((answer) => {
      line.waiting.push({ adapter, task, signal, answer });
      // Others of the same moment come with it.
      setImmediate(() => this.send(adapter, line));
    });
  }

  private send(adapter: AskedAdapter, line: Line): void {
    while (line.waiting.length > 0 && line.out < this.atOnce(adapter.partner)) {
      const together = takeTogether(line.waiting);
      line.out += 1;
      void askNow(together).finally(() => {
        line.out -= 1;
        this.send(adapter, line);
      });
    }
  }
}

/** The first, and those right behind it that belong to the same asker. */
function takeTogether(waiting: Waiting[]): readonly Waiting[] {
  const [{ adapter, signal }] = waiting;
  const other = waiting.findIndex((one) => one.signal !== signal);
  const atMost = adapter.viewTogether?.atMost ?? 1;
  return waiting.splice(0, Math.min(atMost, other === -1 ? waiting.length : other));
}

/** One deadline for all of them. Each gets its answer. */
async function askNow(asked: readonly Waiting[]): Promise<void> {
  const [{ adapter, signal }] = asked;
  const deadline = new AbortController();
  const end = (): void => deadline.abort();
  // Taken away when the answer is there: of ten thousand looks each would else fire later.
  const timer = setTimeout(end, adapter.policy.deadlineMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const views = await viewsOf(
      adapter,
      asked.map(({ task }) => task),
      deadline.signal,
    );
    asked.forEach(({ answer }, at) => answer(views[at]));
  } catch (error) {
    for (const { answer } of asked) answer({ verdict: 'cannot-tell', reasonCode: codeOf(error) });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

async function viewsOf(
  adapter: AskedAdapter,
  tasks: readonly DeliveryTask[],
  signal: AbortSignal,
): Promise<readonly PartnerView[]> {
  if (adapter.viewTogether !== undefined) return adapter.viewTogether.view(tasks, signal);
  return [await adapter.view(tasks[0], signal)];
}
