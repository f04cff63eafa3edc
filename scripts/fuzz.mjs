// npm run fuzz: the whole fuzz run over the OpenAPI document, of which npm test has only a seeded share. SEED=n repeats a run.
process.env.SOAK = '1';
process.argv.push('--tier', 'e2e', 'test/attacks/openapi-fuzz');
await import('./test.mjs');
