import type { Command } from 'commander';
import { Asker } from '../client/ask';
import { gatewayUrlOf } from '../client/connection';
import { SessionClient } from '../client/session-client';
import { printer } from '../output/print';
import { examples, type GlobalOptions } from './context';

/** What a person does with the own account, by user name and password. */
export function addOwnAccountCommands(account: Command, input: NodeJS.ReadableStream = process.stdin): void {
  account
    .command('password')
    .description('sets another password; asks for user name, password, one-time code and the new password')
    .addHelpText('after', examples(['account password', '--url https://lienthong.example account password']))
    .action((_given: object, command: Command) =>
      withSession(command, input, async (session, asker, current) => {
        const newPassword = await asker.ask('new password', { isSecret: true });
        await session.post('/password', { currentPassword: current, newPassword });
        await tellRest(command, session, 'The password was changed; all other sessions have ended.');
      }),
    );
  account
    .command('totp')
    .description('sets up one-time codes for an account that has none')
    .action((_given: object, command: Command) =>
      withSession(command, input, async (session, asker) => {
        const { secret, uri } = await session.post<{ secret: string; uri: string }>('/totp');
        process.stderr.write(`Secret for the authenticator app: ${secret}\n${uri}\n`);
        await session.post('/totp/confirm', { totp: await asker.ask('code of the app', { isSecret: false }) });
        await tellRest(command, session, 'One-time codes are set up: they are asked for from now on.');
      }),
    );
}

async function withSession(
  command: Command,
  input: NodeJS.ReadableStream,
  work: (session: SessionClient, asker: Asker, password: string) => Promise<void>,
): Promise<void> {
  const session = new SessionClient(gatewayUrlOf(command.optsWithGlobals<GlobalOptions>(), process.env));
  const asker = new Asker(input);
  try {
    const username = await asker.ask('user name', { isSecret: false });
    const password = await asker.ask('password', { isSecret: true });
    await session.open(username, password, await asker.ask('one-time code (empty: none yet)', { isSecret: false }));
    await work(session, asker, password);
    await session.end();
  } finally {
    asker.close();
  }
}

async function tellRest(command: Command, session: SessionClient, done: string): Promise<void> {
  const pending = await session.pending();
  const rest = pending.map((step) => `Still to do: lienthong account ${step}.`);
  printer(command.optsWithGlobals<GlobalOptions>().json).show({ pending }, () => [done, ...rest].join('\n'));
}
