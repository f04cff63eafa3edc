import { runVerifier, serveRanges } from '#synclog/verifier';

/** Wrong use, and what nobody expected: nothing is said about the evidence. */
const NOT_CHECKED = 2;

/** `lienthong-verify`: `scripts/build-verifier.mjs` makes one file of it, which runs on any Node from 20.12 on. Its threads run the same file. */
async function main(): Promise<void> {
  try {
    process.exitCode = await runVerifier(process.argv.slice(2), {
      env: process.env,
      say: (text) => void process.stdout.write(text),
      complain: (text) => void process.stderr.write(text),
      threadEntry: __filename,
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = NOT_CHECKED;
  }
}

if (!serveRanges()) void main();
