import { Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { DEFAULT_MAX_DEATHS } from './restart-policy';

/** What `npm start -- …` was asked for. */
export interface StackOptions {
  /** Absolute path of the installation's folder. @default .lienthong */
  dataDir: string;
  /** Port of the gateway on 127.0.0.1. @default 3000 */
  port: number;
  /** False with `--no-simulators`: the partners come from configuration and environment alone. @default true */
  withSimulators: boolean;
  /** Null lets the machine decide: KAFKA_BROKERS, else Java 17 with Maven, else the PostgreSQL driver. */
  bus: 'kafka' | 'postgres' | null;
  /** Deaths of one part within a minute that end the stack. @default 3 */
  maxDeaths: number;
}

/** @throws CommanderError for an unknown option or a value out of range; commander has then said why on standard error */
export function parseOptions(args: readonly string[]): StackOptions {
  const parser = new Command('npm start --')
    .description('Brings up Liên Thông on this machine: PostgreSQL, Kafka, simulators, gateway and worker.')
    .option('--data <dir>', 'folder of this installation', '.lienthong')
    .option('--port <number>', 'port of the gateway on 127.0.0.1', portOf, 3000)
    .option('--no-simulators', 'use the partners of configuration and environment only')
    .addOption(
      new Option('--bus <driver>', 'bus between the parts; chosen by what is there when left out').choices([
        'kafka',
        'postgres',
      ]),
    )
    .option(
      '--max-deaths <number>',
      'deaths of one part within a minute that end the stack',
      wholeFromOne,
      DEFAULT_MAX_DEATHS,
    )
    .exitOverride()
    .allowExcessArguments(false);
  const found = parser
    .parse([...args], { from: 'user' })
    .opts<{ data: string; port: number; simulators: boolean; bus?: 'kafka' | 'postgres'; maxDeaths: number }>();
  const { data, port, simulators: withSimulators, bus = null, maxDeaths } = found;
  return { dataDir: resolve(data), port, withSimulators, bus, maxDeaths };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 1 to 65535.');
  return port;
}

function wholeFromOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1.');
  return Number(text);
}
