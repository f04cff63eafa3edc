// Makes dist/lienthong-verify.mjs: the offline verifier as one file without dependencies, for any Node from 20.12 on.
import { build } from 'esbuild';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outfile = join(root, 'dist', 'lienthong-verify.mjs');

/** The subpath imports of package.json lead into dist/; here they lead to the sources. */
const sources = {
  name: 'sources',
  setup({ onResolve }) {
    onResolve({ filter: /^#/ }, ({ path }) => {
      const [library, door = 'index'] = path.slice(1).split('/');
      return { path: join(root, 'libs', library, `${door}.ts`) };
    });
  },
};

/** Its threads run the same file, whose place an ES module asks for in another way. */
const HEAD = `#!/usr/bin/env node
import { fileURLToPath as pathOfThisFile } from 'node:url';
const __filename = pathOfThisFile(import.meta.url);`;

await build({
  entryPoints: [join(root, 'apps', 'verifier', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.12',
  format: 'esm',
  charset: 'utf8',
  banner: { js: HEAD },
  plugins: [sources],
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
