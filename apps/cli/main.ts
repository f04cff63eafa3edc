import { Command, CommanderError } from 'commander';
import { CliError, EXIT } from './client/cli-error';
import { addAccountCommands } from './commands/account';
import { addAuditCommands } from './commands/audit';
import { addClientCommands } from './commands/client';
import { addDeliveryCommands } from './commands/delivery';
import { addDossierCommands } from './commands/dossier';
import { addHoldCommands } from './commands/hold';
import { addLegalHoldCommands } from './commands/legal-hold';
import { addPersonCommands } from './commands/person';
import { addReconcileCommands } from './commands/reconcile';
import { addReplayCommands } from './commands/replay';
import { addQuarantineCommands } from './commands/quarantine';
import { addRepliesCommands } from './commands/replies';
import { addSimCommands } from './commands/sim';
import { addStackCommands } from './commands/stack';
import { addStatusCommand } from './commands/status';
import { addSyncLogCommands } from './commands/synclog';
import { addVaultCommands } from './commands/vault';
import { addVerifyCommands } from './commands/verify';
import { addWebhookCommands } from './commands/webhook';
import { addWitnessCommands } from './commands/witness';

function buildProgram(): Command {
  const program = new Command('lienthong')
    .description('Liên Thông from the command line: every action of the console, and the local installation.')
    .option('--data <dir>', 'folder of the installation', '.lienthong')
    .option('--url <url>', 'base URL of the gateway; LIENTHONG_URL wins')
    .option('--as <account>', 'account of credentials.json to act as', 'operator')
    .option('--json', 'print JSON', false)
    .showHelpAfterError()
    .exitOverride();
  addStatusCommand(program);
  addDossierCommands(program);
  addPersonCommands(program);
  addLegalHoldCommands(program);
  addDeliveryCommands(program);
  addQuarantineCommands(program);
  addHoldCommands(program);
  addReplayCommands(program);
  addReconcileCommands(program);
  addRepliesCommands(program);
  addSimCommands(program);
  addVerifyCommands(program);
  addAuditCommands(program);
  addSyncLogCommands(program);
  addVaultCommands(program);
  addWitnessCommands(program);
  addAccountCommands(program);
  addClientCommands(program);
  addWebhookCommands(program);
  addStackCommands(program);
  return program;
}

async function main(): Promise<void> {
  try {
    await buildProgram().parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

void main();
