import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { codeOf } from '#platform';
import { CliError, EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { tableOf } from '../output/table';
import { contextOf, examples } from './context';

interface Certificate {
  id: string;
  isValid: boolean;
  sha256: string | null;
  subject: string | null;
  createdAt: string;
  expiresAt: string | null;
  endedAt: string | null;
  lastUsedOn: string | null;
}

/** `lienthong client certificates|add-certificate|end-certificate`. */
export function addClientCertificateCommands(client: Command): void {
  client
    .command('certificates <client>')
    .description('the certificates by which a machine is known')
    .action(async (id: string, _given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const { items } = await api.get<{ items: Certificate[] }>(`/clients/${encodeURIComponent(id)}/certificates`);
      print.show(items, () => (items.length === 0 ? 'There is none.' : listText(items)));
    });
  client
    .command('add-certificate <client> <file>')
    .description('makes a client certificate (PEM) stand for a machine; two may be valid at once')
    .option('--by-subject', 'each certificate with its subject that an authority of TLS_CLIENT_CA_PATH issues')
    .addHelpText('after', examples(['client add-certificate one-stop one-stop.pem --as administrator']))
    .action(async (id: string, file: string, given: { bySubject?: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const draft = { certificate: textOf(file), by: given.bySubject ? 'subject' : 'certificate' };
      const added = await api.post<{ certificateId: string }>(`/clients/${encodeURIComponent(id)}/certificates`, draft);
      print.show(added, () => `The certificate ${added.certificateId} stands for ${id}.`);
    });
  client
    .command('end-certificate <client> <certificate>')
    .description('ends a certificate at once, and the tokens that were got with it alone')
    .action(async (id: string, certificate: string, _given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const path = `/clients/${encodeURIComponent(id)}/certificates/${encodeURIComponent(certificate)}/end`;
      const ended = await api.post<{ certificateId: string; endedAt: string }>(path, {});
      print.show(ended, () => `The certificate ended ${localTime(ended.endedAt)}.`);
    });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${file} cannot be read (${codeOf(error)}).`, EXIT.usage);
  }
}

function listText(items: readonly Certificate[]): string {
  return tableOf(items, [
    { head: 'certificate', value: (row) => row.id },
    { head: 'valid', value: (row) => row.isValid },
    { head: 'known by', value: (row) => row.subject ?? `SHA-256 ${row.sha256}` },
    { head: 'since', value: (row) => localTime(row.createdAt) },
    { head: 'until', value: (row) => localTime(row.endedAt ?? row.expiresAt) },
    { head: 'last used', value: (row) => row.lastUsedOn },
  ]);
}
