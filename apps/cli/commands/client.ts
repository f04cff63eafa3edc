import type { Command } from 'commander';
import { CliError, EXIT } from '../client/cli-error';
import { connectionOf } from '../client/connection';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { keepNewSecret } from '../stack/keep-new-secret';
import { addClientCertificateCommands } from './client-certificates';
import { contextOf, examples } from './context';
import { durationMs } from './duration';

interface Issued {
  clientId: string;
  secretId: string;
  clientSecret: string;
  oldEndsAt: string;
}

interface Secret {
  id: string;
  isValid: boolean;
  createdAt: string;
  expiresAt: string | null;
  endedAt: string | null;
  lastUsedOn: string | null;
}

/** `lienthong client …`: how machines come in. */
export function addClientCommands(program: Command): void {
  const client = program
    .command('client')
    .description('machines: secrets that rotate, certificates, quotas (with --as administrator)');
  addRotate(client);
  addSecrets(client);
  addClientCertificateCommands(client);
  addQuota(client);
}

function addRotate(client: Command): void {
  client
    .command('rotate-secret <client>')
    .description('gives a machine its next secret, shown once; the one before stays valid for a while')
    .option('--overlap <time>', 'how long the one before stays valid, such as 24h or 7d; 0s ends it at once')
    .addHelpText('after', examples(['client rotate-secret one-stop --overlap 24h --as administrator']))
    .action(async (id: string, given: { overlap?: string }, command: Command) => {
      const { api, print, options } = contextOf(command);
      const overlap = given.overlap === undefined ? {} : { overlapSeconds: secondsOf(given.overlap) };
      const issued = await api.post<Issued>(`/clients/${encodeURIComponent(id)}/secrets`, overlap);
      // Without this the next start of this installation would not know the machine any more.
      const isKept = keepNewSecret(options.data, connectionOf(options, process.env).baseUrl, issued);
      print.show(issued, () => issuedText(issued, isKept));
    });
}

function addSecrets(client: Command): void {
  client
    .command('secrets <client>')
    .description('when the secrets of a client begin, end and were used; never a secret')
    .action(async (id: string, _given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const { items } = await api.get<{ items: Secret[] }>(`/clients/${encodeURIComponent(id)}/secrets`);
      print.show(items, () => secretsText(items));
    });
  client
    .command('end-secret <client> <secret>')
    .description('ends a secret at once, and the tokens that were got with it')
    .action(async (id: string, secret: string, _given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/clients/${encodeURIComponent(id)}/secrets/${encodeURIComponent(secret)}/end`;
      const ended = await api.post<{ secretId: string; endedAt: string }>(path, {});
      print.show(ended, () => `The secret ended ${localTime(ended.endedAt)}.`);
    });
}

function addQuota(client: Command): void {
  client
    .command('quota <client>')
    .description('how many requests a client may make; replaces both limits')
    .option('--per-minute <n>', 'requests in a minute; no limit when left out')
    .option('--per-day <n>', 'requests in a day; no limit when left out')
    .addHelpText('after', examples(['client quota one-stop --per-minute 600 --as administrator']))
    .action(async (id: string, given: { perMinute?: string; perDay?: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const quota = { perMinute: countOf(given.perMinute), perDay: countOf(given.perDay) };
      const set = await api.post<object>(`/clients/${encodeURIComponent(id)}/quota`, quota);
      print.show(set, () => `${id}: ${limitText(quota.perMinute, 'minute')}, ${limitText(quota.perDay, 'day')}.`);
    });
}

function issuedText({ clientId, secretId, clientSecret, oldEndsAt }: Issued, isKept: boolean): string {
  const pairs = pairsOf([
    ['client', clientId],
    ['secret', clientSecret],
    ['its id', secretId],
    ['the one before ends', localTime(oldEndsAt)],
  ]);
  return `${pairs}\n\nThe secret is not shown again.${isKept ? ' It was written to credentials.json.' : ''}`;
}

function secretsText(items: readonly Secret[]): string {
  return tableOf(items, [
    { head: 'secret', value: (row) => row.id },
    { head: 'valid', value: (row) => row.isValid },
    { head: 'since', value: (row) => localTime(row.createdAt) },
    { head: 'until', value: (row) => localTime(row.endedAt ?? row.expiresAt) },
    { head: 'last used', value: (row) => row.lastUsedOn },
  ]);
}

function secondsOf(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new CliError('--overlap takes a time such as 24h, 7d or 0s.', EXIT.usage);
  return Math.round(ms / 1_000);
}

function countOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new CliError('A limit is a whole number of requests, 1 or more.', EXIT.usage);
}

function limitText(limit: number | null, window: string): string {
  return limit === null ? `no limit in a ${window}` : `${limit} requests a ${window}`;
}
