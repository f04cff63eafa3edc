import type { Command } from 'commander';
import { join } from 'node:path';
import { CliError, EXIT } from '../client/cli-error';
import { localTime, printer } from '../output/print';
import { tableOf } from '../output/table';
import { contextOf, examples, type GlobalOptions } from './context';

interface Webhook {
  id: string;
  client: string | null;
  state: string;
  reasonCode: string | null;
  position: number;
  lagPositions: number | null;
  isLagLowerBound: boolean;
  behindPositions: number;
  lastSuccessAt: string | null;
  failures: number;
  failureCode: string | null;
  failingSince: string | null;
  keyId: string | null;
}

interface RotateOptions {
  keys?: string;
  type: string;
  overlapHours: string;
}

/** `lienthong webhook …`: events that are posted to a receiver. */
export function addWebhookCommands(program: Command): void {
  const webhook = program.command('webhook').description('signed webhooks: the feed, posted to a receiver');
  webhook
    .command('status')
    .description('how far each webhook is, whether it goes, what it failed of last')
    .action(async (_given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const { items } = await api.get<{ items: Webhook[] }>('/webhooks');
      print.show(items, () => (items.length === 0 ? 'There are no webhooks.' : listText(items)));
      if (items.some(({ state, failures }) => state === 'stopped' || failures > 0)) process.exitCode = EXIT.no;
    });
  addChange(webhook, 'stop', 'its events wait', 'is stopped');
  addChange(webhook, 'resume', 'lets a stopped webhook go on behind the last event that was taken', 'goes on');
  addSkip(webhook);
  addRotate(webhook);
}

function addSkip(webhook: Command): void {
  webhook
    .command('skip <id> <position>')
    .description('lets a stopped webhook go past the one event at its head, which its receiver refuses for ever')
    .requiredOption('--reason <code>', 'refused-for-ever, handed-over-otherwise or not-wanted; stands in the sync log')
    .addHelpText('after', examples(['webhook skip one-stop 4712 --reason refused-for-ever']))
    .action(async (id: string, text: string, { reason }: { reason: string }, command: Command) => {
      if (!/^[1-9]\d{0,14}$/.test(text)) throw new CliError('The position is a whole number.', EXIT.usage);
      const { api, print } = contextOf(command);
      const body = { position: Number(text), reasonCode: reason };
      const changed = await api.post<object>(`/webhooks/${encodeURIComponent(id)}/skip`, body);
      print.show(
        changed,
        () => `The webhook ${id} is past event ${text}, and still stopped: \`webhook resume ${id}\`.`,
      );
    });
}

function addChange(webhook: Command, name: 'stop' | 'resume', description: string, said: string): void {
  webhook
    .command(`${name} <id>`)
    .description(description)
    .action(async (id: string, _given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const changed = await api.post<object>(`/webhooks/${encodeURIComponent(id)}/${name}`, {});
      print.show(changed, () => `The webhook ${id} ${said}.`);
    });
}

function addRotate(webhook: Command): void {
  webhook
    .command('rotate <id>')
    .description(
      'gives a webhook its first or next key, on the machine that has the keys; prints what the receiver needs',
    )
    .option('--keys <dir>', 'KEY_DIR of gateway and workers; else `keys` in the folder of the installation')
    .option('--type <type>', 'hmac: a shared secret; ed25519: only the public key leaves this machine', 'hmac')
    .option('--overlap-hours <n>', 'how long the key before signs beside it', '24')
    .addHelpText('after', examples(['webhook rotate one-stop --keys /etc/lienthong/keys --overlap-hours 48']))
    .action(async (id: string, given: RotateOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const made = await rotate(id, given.keys ?? join(options.data, 'keys'), given);
      printer(options.json).show(made, () => rotatedText(made));
    });
}

interface Rotated {
  id: string;
  keyId: string;
  file: string;
  receiverKey: string;
}

async function rotate(id: string, keyDir: string, { type, overlapHours }: RotateOptions): Promise<Rotated> {
  const { AppError, codeOf, systemClock } = await import('#platform');
  const { keyFilePath, keyIdOf, receiverText, rotateKeyFile } = await import('#webhooks');
  if (!/^[a-z][a-z0-9-]{1,40}$/.test(id)) throw new CliError('That is not the id of a webhook.', EXIT.usage);
  if (type !== 'hmac' && type !== 'ed25519') throw new CliError('--type is hmac or ed25519.', EXIT.usage);
  if (!/^\d{1,4}$/.test(overlapHours)) throw new CliError('--overlap-hours takes a whole number of hours.', EXIT.usage);
  const file = keyFilePath(keyDir, id);
  try {
    const key = rotateKeyFile(file, { type, now: systemClock.now(), overlapMs: Number(overlapHours) * 3_600_000 });
    return { id, keyId: keyIdOf(key), file, receiverKey: receiverText(key) };
  } catch (error) {
    if (error instanceof AppError) throw new CliError(`${error.message}.`, EXIT.no);
    throw new CliError(`${file} cannot be written (${codeOf(error)}).`, EXIT.no);
  }
}

function rotatedText({ file, keyId, receiverKey }: Rotated): string {
  const isSecret = receiverKey.startsWith('whsec_');
  const note = isSecret ? 'It is a secret and is not shown again: hand it over safely.' : 'It is public.';
  return `${receiverKey}\n\nThis is what the receiver needs. ${note}\nKey ${keyId} signs from now on (${file}).`;
}

/** `12`, `12+` when there may be more, `?` while nobody can tell. */
function waiting({ lagPositions, isLagLowerBound }: Webhook): string {
  return lagPositions === null ? '?' : `${lagPositions}${isLagLowerBound ? '+' : ''}`;
}

function listText(items: readonly Webhook[]): string {
  return tableOf(items, [
    { head: 'webhook', value: (row) => row.id },
    { head: 'account', value: (row) => row.client ?? 'none: all communes' },
    { head: 'state', value: (row) => (row.reasonCode === null ? row.state : `${row.state}: ${row.reasonCode}`) },
    { head: 'position', value: (row) => row.position, align: 'right' },
    { head: 'waiting', value: waiting, align: 'right' },
    { head: 'behind', value: (row) => row.behindPositions, align: 'right' },
    { head: 'last taken', value: (row) => localTime(row.lastSuccessAt) },
    { head: 'failures', value: (row) => row.failures, align: 'right' },
    { head: 'last failure', value: (row) => row.failureCode },
    { head: 'since', value: (row) => localTime(row.failingSince) },
    { head: 'key', value: (row) => row.keyId },
  ]);
}
