import { join } from 'node:path';

/** The built script of the decode thread: a thread runs JavaScript, which only the build makes. `npm test` builds first. */
export const BUILT_THREAD = join(
  process.env['LIENTHONG_DIST'] ?? join(__dirname, '../../../dist'),
  'libs/partners/dvclt/decode/large/decode-thread.js',
);
