import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** How the one-stop's decisions reach us by `config/partners/onestop.yaml`: the simulated one-stop has to do what the configuration
 *  expects of it. A file that cannot be read is the worker's to report. @default push */
export function onestopDecisions(configDir: string): 'push' | 'poll' {
  try {
    const file: unknown = parse(readFileSync(join(configDir, 'partners', 'onestop.yaml'), 'utf8'));
    const isPolled =
      typeof file === 'object' && file !== null && (file as Record<string, unknown>)['decisions'] === 'poll';
    return isPolled ? 'poll' : 'push';
  } catch {
    return 'push';
  }
}
