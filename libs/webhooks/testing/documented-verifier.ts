import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';

type FaultOf = (
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
  keys: readonly string[],
  nowSeconds?: number,
) => string | undefined;

const PAGE = join(__dirname, '../../../docs/how-to/receive-webhooks.md');

/** The verification that the documentation shows to receivers, taken from the page itself. */
export function documentedVerifier(): FaultOf {
  const code = /```js\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8'))?.[1];
  if (code === undefined) throw new Error('the page shows no code');
  const exported: { faultOf?: FaultOf } = {};
  const run = compileFunction(code, ['require', 'exports']) as (require: NodeJS.Require, exports: object) => void;
  run(createRequire(__filename), exported);
  if (exported.faultOf === undefined) throw new Error('the code of the page exports no faultOf');
  return exported.faultOf;
}
