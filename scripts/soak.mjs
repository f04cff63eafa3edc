// npm run soak: the whole long runs, of which npm test has only a seeded share. Run before a capability is called done.
process.env.SOAK = '1';
await import('./test.mjs');
