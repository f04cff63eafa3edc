import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointTopic, EVENTS_TOPIC } from '#bus/drivers';
import { eventSchemas } from '#dossier';
import { silentLog } from '#platform';
import { undescribed } from '#synclog';
import { temporaryDir } from '#testing';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { verifyState } from '#verification';
import { untilClean } from '../support/clean-state';
import { Installation } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { readTopic } from '../support/read-topic';
import { until } from '../support/until';
import { expectCleanLedger, untilFinished } from './journey-assertions';
import { personalStrings } from './personal-strings';
import { spokenText } from './spoken-text';
import { hasGo, tesseraFsck } from './tessera-fsck';
import { TlogReader } from './tlog-reader';

const SEED = 20261125;
const VERIFIER = join(__dirname, '../../dist/lienthong-verify.mjs');

describe('the main job on Kafka', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'kafka']);
  }, 180_000);
  afterAll(() => installation?.remove(), 120_000);

  it('takes a birth and a death from the DVCLT list to the returned result', async () => {
    const codes = [
      ...(await installation.fileCases('birth', 1, SEED)),
      ...(await installation.fileCases('death', 1, SEED + 1)),
    ];
    const dossiers = await untilFinished(installation, codes, 60_000);
    expectCleanLedger(await installation.ledger(), dossiers);
    for (const dossier of dossiers) {
      expect(dossier.statuses).toEqual({ oneStop: 10, dvclt: 5, registry: 4, portal: 10 });
      expect(dossier.attention).toBe(false);
      for (const code of [dossier.codes.oneStop!, ...dossier.codes.registry, dossier.id])
        expect((await installation.dossier(code))?.id).toBe(dossier.id);
    }
  }, 120_000);

  it('takes 100 mixed dossiers the whole way, each exactly once, and says nothing personal outside the vault', async () => {
    const codes = [
      ...(await installation.fileCases('birth', 60, SEED + 2)),
      ...(await installation.fileCases('death', 40, SEED + 3)),
    ];
    const dossiers = await untilFinished(installation, codes, 180_000);
    const ledger = await installation.ledger();
    expectCleanLedger(
      ledger.filter((row) => dossiers.some(({ codes: own }) => [own.dvclt, own.oneStop].includes(row.code))),
      dossiers,
    );
    const personal = new Set(
      (await Promise.all(codes.map((code) => installation.caseFacts(code)))).flatMap(personalStrings),
    );
    expect(personal.size).toBeGreaterThan(200);
    const records = await readTopic(installation.stack.kafkaBrokers!, EVENTS_TOPIC);
    expect(records.length).toBeGreaterThan(100 * 10);
    const spoken =
      records.map((record) => record.text).join('\n') + (await spokenText(installation, codes.slice(0, 20)));
    expect([...personal].filter((secret) => spoken.includes(secret))).toEqual([]);
  }, 240_000);

  it('shows no violation to a check that looks while it runs', async () => {
    const { databaseUrl, simulatorsUrl: ledgerUrl } = installation.stack;
    const codes = await installation.fileCases('birth', 20, SEED + 4);
    let isOver = false;
    const finished = untilFinished(installation, codes, 90_000).finally(() => (isOver = true));
    let looks = 0;
    for (; !isOver; looks += 1) expect(await verifyState({ databaseUrl, ledgerUrl })).toEqual([]);
    await finished;
    expect(looks).toBeGreaterThan(1);
  }, 120_000);

  it('leaves a state in which nothing is lost, doubled, overtaken, stuck or unexplained', async () => {
    await untilClean(installation, 30_000);
  }, 60_000);

  it('has all of it in a sealed log that an auditor’s own reader verifies', async () => {
    const reader = new TlogReader((path) => installation.read(`/synclog/${path}`, 'auditor'));
    const newest = await installation.read('/synclog/checkpoint', 'auditor');
    const { size, root, entries } = await reader.readAll();
    const parsed = entries.map((entry) => JSON.parse(entry) as { kind: string });
    const kinds = new Set(parsed.map(({ kind }) => kind));
    // What the reference of kinds tells is what is there.
    const more = parsed.flatMap((entry) => undescribed({ ...entry }).map((what) => `${entry.kind} ${what}`));
    expect([...new Set(more)]).toEqual([]);
    expect([...kinds]).toEqual(expect.arrayContaining(['dossier.received', 'attempt.settled', 'log-in.succeeded']));
    expect(size).toBeGreaterThan(122 * 20);
    // Outside the database, too.
    const kept = readFileSync(join(installation.dataDir, 'checkpoints', 'checkpoint'), 'utf8');
    expect(kept.split('\n')[0]).toBe(newest.toString('utf8').split('\n')[0]);
    const origin = newest.toString('utf8').split('\n')[0];
    const brokers = installation.stack.kafkaBrokers!;
    const topic = new CheckpointTopic({ brokers, clientId: 'test', log: silentLog, origin });
    const sizes = (await topic.newest()).map((note) => Number(note.split('\n')[1]));
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(size);
    expect(Buffer.from(root, 'base64')).toHaveLength(32);
  }, 60_000);

  it('gives it away as a folder that the offline verifier proves, and goes on with the folder later', async () => {
    const folder = temporaryDir('lienthong-exported-log-');
    const first = await exportLog(installation, folder);
    let last = first;
    // Each run logs in, and each log-in is an entry.
    await until(async () => (last = await exportLog(installation, folder)).size > first.size, 30_000, 'a longer log');
    const { size, origin } = last;
    const args = [VERIFIER, folder, '--json', '--key', join(folder, 'key')];
    const report = JSON.parse(execFileSync(process.execPath, args, { env: {}, encoding: 'utf8' })) as object;
    expect(report).toMatchObject({ evidence: 'log-bundle', origin, size, wrongCount: 0 });
    expect(report).toMatchObject({
      proven: expect.arrayContaining([
        expect.objectContaining({ code: 'entries', count: size }),
        { code: 'kept', size: first.size },
      ]) as unknown,
    });
  }, 120_000);

  if (hasGo)
    it('has a sealed log, live and as a folder, that passes the fsck of Tessera', async () => {
      const said = await tesseraFsck({
        url: `${installation.stack.baseUrl}/synclog`,
        key: await installation.read('/synclog/key', 'auditor'),
        token: await installation.token('auditor'),
      });
      expect(said).toContain("Successfully fsck'd log with size");
      const folder = temporaryDir('lienthong-fsck-log-');
      await exportLog(installation, folder);
      const key = readFileSync(join(folder, 'key'));
      expect(await tesseraFsck({ url: `file://${folder}`, key })).toContain("Successfully fsck'd log with size");
    }, 400_000);

  it('publishes events that fit their published schemas, each dossier in its order', async () => {
    const ajv = addFormats(new Ajv({ allErrors: true, strict: false }));
    const checks = new Map(Object.entries(eventSchemas()).map(([type, schema]) => [type, ajv.compile(schema)]));
    const records = await readTopic(installation.stack.kafkaBrokers!, EVENTS_TOPIC);
    const sequences = new Map<string, number>();
    for (const { headers, value, key } of records) {
      const check = checks.get(headers.ce_type!);
      expect(check).toBeInstanceOf(Function);
      expect(check!(value) ? [] : check!.errors).toEqual([]);
      expect(headers).toMatchObject({
        ce_specversion: '1.0',
        ce_source: '/lienthong',
        ce_subject: key,
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) as string,
        'content-type': 'application/json',
      });
      expect(Number(headers.ce_sequence)).toBeLessThanOrEqual((sequences.get(key) ?? 0) + 1);
      sequences.set(key, Math.max(Number(headers.ce_sequence), sequences.get(key) ?? 0));
    }
  }, 60_000);
});

/** Downloads the sealed log as an auditor does. */
function exportLog(installation: Installation, folder: string): Promise<{ size: number; origin: string }> {
  return lienthong(installation, ['audit', 'export', '--to', folder], 'auditor');
}
