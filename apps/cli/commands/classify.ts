import { Option, type Command } from 'commander';
import { contextOf, examples } from './context';

interface ClassifyOptions {
  outcome: string;
  scope: string;
  reason: string;
  key?: string;
}

interface Classified {
  deliveryId: string;
  outcome: string;
  status: string;
  rule: { id: string; version: number } | null;
  following: number;
}

/** `lienthong delivery classify …`. */
export function addClassifyCommand(delivery: Command): void {
  delivery
    .command('classify <id>')
    .description('says what an unknown delivery came to, and with --scope text what its answer means from now on')
    .addOption(
      new Option('--outcome <outcome>', 'what it came to')
        .choices(['accepted', 'already-applied', 'refused', 'retry'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--scope <scope>', 'this: only this delivery; text: every answer with exactly this text')
        .choices(['this', 'text'])
        .default('this'),
    )
    .requiredOption('--reason <text>', 'why; sealed with the dossier')
    .option('--key <key>', 'Idempotency-Key, to repeat this very command safely')
    .addHelpText(
      'after',
      examples([
        'delivery classify 0199… --outcome already-applied --reason "asked the partner by telephone"',
        'delivery classify 0199… --outcome refused --scope text --reason "the partner’s new wording"',
      ]),
    )
    .action(async (id: string, { outcome, scope, reason, key }: ClassifyOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/deliveries/${encodeURIComponent(id)}/classification`;
      const done = await api.post<Classified>(path, { outcome, scope, reason }, key);
      print.show(done, () => doneText(done));
    });
}

function doneText({ deliveryId, outcome, status, rule, following }: Classified): string {
  const head = `Delivery ${deliveryId} is ${status} now (${outcome}).`;
  if (rule === null) return head;
  const others = following === 0 ? '' : ` ${following} other deliveries wait over this text and follow.`;
  return `${head}\nRule ${rule.id} holds from now on.${others}`;
}
