import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import schema from '../../../config/webhooks.schema.json';
import type { Webhook } from '../domain/webhook';

/** The file as it is written, defaults filled in. */
interface WebhookFile {
  webhooks: (Omit<Webhook, 'startAfter' | 'stopAfterMs'> & { startAfter?: number; stopAfterHours: number })[];
}

const HOUR_MS = 3_600_000;
const check = new Ajv({ allErrors: true, useDefaults: true }).compile<WebhookFile>(schema);

/** Reads `config/webhooks.yaml`; a folder without one has no webhooks. All errors are reported at once.
 *  @throws AppError `configuration-invalid` */
export function loadWebhooks(configDir: string): Webhook[] {
  const text = readText(join(configDir, 'webhooks.yaml'));
  if (text === undefined) return [];
  const value: unknown = parse(text);
  if (!check(value)) throw invalid((check.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`));
  const problems = value.webhooks.flatMap(({ url, tls }, at) => [
    ...(isSafe(new URL(url))
      ? []
      : [`/webhooks/${at}/url: must begin https://, unless the receiver runs on this machine`]),
    ...(tls !== undefined && !url.startsWith('https:')
      ? [`/webhooks/${at}/tls: needs a url that begins https://`]
      : []),
  ]);
  if (new Set(value.webhooks.map(({ id }) => id)).size < value.webhooks.length)
    problems.push('/webhooks: must not name one id twice');
  if (problems.length > 0) throw invalid(problems);
  return value.webhooks.map(({ stopAfterHours, startAfter = null, tls, ...rest }) => ({
    ...rest,
    startAfter,
    stopAfterMs: stopAfterHours * HOUR_MS,
    ...(tls === undefined ? {} : { tls: absolute(configDir, tls) }),
  }));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function absolute(configDir: string, files: Readonly<Record<string, string>>): Webhook['tls'] {
  return Object.fromEntries(Object.entries(files).map(([name, path]) => [name, resolve(configDir, path)]));
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

function invalid(problems: readonly string[]): AppError {
  return new AppError({
    code: 'configuration-invalid',
    disposition: 'bug',
    detail: problems.map((problem) => `webhooks.yaml${problem}`).join('\n'),
  });
}
