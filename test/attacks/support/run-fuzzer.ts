import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dictionaries } from './known-values';

/** What is held against every answer. A 5xx fails whatever the document says. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];
/** How a wrong request may be refused. Schemathesis leaves out 413 and 431 by itself. */
const REFUSALS = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, 431];
const RUN_DEADLINE_MS = 1_200_000;
const MAX_OUTPUT_BYTES = 67_108_864;
const SHOWN_CHARACTERS = 8_000;

export interface FuzzRun {
  /** Folder for configuration, report and what Schemathesis keeps for itself. */
  dir: string;
  /** Of the gateway; only an address on this machine is attacked. */
  baseUrl: string;
  /** By which the gateway knows who asks: `Authorization`, or the cookie of a session and its `X-CSRF-Token`; none fuzzes as nobody. */
  headers: Readonly<Record<string, string>>;
  /** Ids of operations that are not tried. @default none */
  leftOut?: readonly string[];
  seed: number;
  /** Cases for each operation in the random phase. */
  maxExamples: number;
  /** Schemathesis' phases. `coverage` tries each border of each constraint. */
  phases: readonly ('examples' | 'coverage' | 'fuzzing' | 'stateful')[];
  dictionaries: Dictionaries;
}

export interface FuzzReport {
  /** Requests that were generated. */
  cases: number;
  /** Operations of the document, and how many of them were tried. */
  operations: { total: number; tested: number };
  /** Each as Schemathesis words it, with the request that shows it. */
  failures: readonly string[];
}

/** Runs Schemathesis over the gateway's own OpenAPI document.
 *  @throws Error when it could not run, or would leave this machine */
export async function runFuzzer(run: FuzzRun): Promise<FuzzReport> {
  if (new URL(run.baseUrl).hostname !== '127.0.0.1') throw new Error('only a gateway on this machine is fuzzed');
  const config = join(run.dir, 'schemathesis.toml');
  const report = join(run.dir, 'report.json');
  writeFileSync(config, configurationOf(run), { mode: 0o600 });
  const output = await ran(run.dir, [
    ...['-c', 'from schemathesis.cli import schemathesis; schemathesis()', '--config-file', config],
    ...['run', `${run.baseUrl}/api/openapi.json`, '--seed', String(run.seed), '-n', String(run.maxExamples)],
    ...['--phases', run.phases.join(','), '--checks', CHECKS.join(','), '--continue-on-failure', '--no-color'],
    ...['--generation-database', 'none', '--suppress-health-check', 'all', '--request-timeout', '20'],
    ...['--report', 'json', '--report-json-path', report],
  ]);
  return read(report, output);
}

/** In a file and not on the command line: tokens and cookies are secrets. */
function configurationOf({ headers, leftOut = [], dictionaries }: FuzzRun): string {
  const named = Object.entries(headers).map(([name, value]) => `${text(name)} = ${text(value)}`);
  return [
    ...(named.length === 0 ? [] : ['[headers]', ...named]),
    // A made-up token wins over a session and is refused: so were two thirds of the long run.
    ...('Cookie' in headers ? ['[generation]', 'with-security-parameters = false'] : []),
    '[checks.negative_data_rejection]',
    `expected-statuses = ${JSON.stringify(REFUSALS)}`,
    ...Object.entries(dictionaries.values).flatMap(([name, values]) => [
      `[dictionaries.${name}]`,
      `values = [${values.map((value) => text(value)).join(', ')}]`,
    ]),
    ...dictionaries.operations.flatMap(operationLines),
    ...leftOut.flatMap((id) => ['[[operations]]', `include-operation-id = ${text(id)}`, 'enabled = false']),
    '',
  ].join('\n');
}

function operationLines({ path, bound, isAlways = false }: Dictionaries['operations'][number]): string[] {
  const probability = isAlways ? '1.0' : '0.5';
  return [
    '[[operations]]',
    `include-path = ${text(path)}`,
    '[operations.parameters]',
    ...Object.entries(bound).map(
      ([parameter, name]) => `${text(parameter)} = { dictionary = ${text(name)}, probability = ${probability} }`,
    ),
    ...(isAlways ? ['[operations.checks.negative_data_rejection]', 'enabled = false'] : []),
  ];
}

/** A string of TOML. */
function text(value: string): string {
  return JSON.stringify(value);
}

/** In `dir`: Schemathesis keeps what it found, requests with their answers, in its working folder. */
function ran(dir: string, args: readonly string[]): Promise<string> {
  const python = process.env.FUZZER_PYTHON;
  if (!python) throw new Error('FUZZER_PYTHON must name the Python of scripts/fuzzer.mjs; npm test sets it');
  const options = { cwd: dir, timeout: RUN_DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES, env: { PATH: process.env.PATH } };
  return new Promise((resolve) => {
    // It ends with 1 when it has found something: the report says what.
    execFile(python, [...args], options, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

interface JsonReport {
  complete: boolean;
  operations: { total: number; tested: number };
  test_cases: { generated: number };
  failures: readonly object[];
  errors: readonly object[];
}

function read(file: string, output: string): FuzzReport {
  let report: JsonReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as JsonReport;
  } catch (error) {
    throw new Error(`Schemathesis did not run: ${output.slice(-4_000)}`, { cause: error });
  }
  if (!report.complete) throw new Error(`Schemathesis was broken off: ${output.slice(-4_000)}`);
  const { total, tested } = report.operations;
  const failures = [...report.failures, ...report.errors].map((failure) => JSON.stringify(failure).slice(0, 2_000));
  // The report counts; what was asked and answered stands in the text.
  const shown = failures.length > 0 ? [output.slice(output.indexOf('= FAILURES =')).slice(0, SHOWN_CHARACTERS)] : [];
  return { cases: report.test_cases.generated, operations: { total, tested }, failures: [...failures, ...shown] };
}
