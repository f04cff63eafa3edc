import { generateKeyPairSync } from 'node:crypto';
import { Sealer, fileLogKeys } from '#synclog';
import { silentLog } from '#platform';
import { parseCheckpoint } from '../../libs/synclog/tlog/checkpoint';
import { isSignedBy, noteCosigner, parseNote, parseVerifierKey } from '../../libs/synclog/tlog/signed-note';
import { copyConfig, type ConfigCopy } from '../../test/support/config-copy';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

/** Two witnesses are configured; their cosignatures are put where a worker keeps them. */
describe('cosigned checkpoints on the wire', () => {
  const [one, two] = ['one.example', 'two.example'].map((name) =>
    noteCosigner(name, generateKeyPairSync('ed25519').privateKey),
  );
  let config: ConfigCopy;
  let gateway: TestGateway;
  beforeAll(async () => {
    const list = [one, two].map(({ vkey }) => `\n  - { vkey: ${vkey}, url: 'https://witness.example' }`).join('');
    config = copyConfig({ 'witnesses.yaml': { 'witnesses: []': `witnesses:${list}` } });
    gateway = await testGateway({ env: { CONFIG_DIR: config.dir } });
    const { db, clock, settings } = gateway.parts;
    const doorbell = { wait: async () => false };
    const keys = fileLogKeys(settings.keyDir);
    await new Sealer({ db, keys, places: [], doorbell, clock, log: silentLog }).round();
  }, 60_000);
  afterAll(async () => {
    await gateway.stop();
    config.remove();
  });

  async function read(path: string, role = 'auditor'): Promise<{ status: number; body: string }> {
    const authorization = `Bearer ${await gateway.token(role)}`;
    const { statusCode, body } = await gateway.app.inject({ url: `/synclog/${path}`, headers: { authorization } });
    return { status: statusCode, body };
  }
  async function cosign({ vkey, cosign: lineOf }: typeof one): Promise<void> {
    const { text } = parseNote((await read('checkpoint')).body);
    const { size } = parseCheckpoint(text);
    const { db, clock } = gateway.parts;
    await db.query('insert into synclog_witness (witness, size, failures, ask_after) values ($1, $2, 0, $3)', [
      vkey,
      size,
      clock.now(),
    ]);
    await db.query('insert into synclog_cosignature (size, witness, line, received_at) values ($1, $2, $3, $4)', [
      size,
      vkey,
      lineOf(text, 1_800_000_000),
      clock.now(),
    ]);
  }
  const isCosigned = (note: string, by: typeof one): boolean => isSignedBy(parseNote(note), parseVerifierKey(by.vkey));

  it('carry each cosignature as it comes, and count as witnessed when most are there', async () => {
    expect((await read('checkpoint.witnessed')).status).toBe(404);
    await cosign(one);
    const newest = await read('checkpoint');
    expect([isCosigned(newest.body, one), isCosigned(newest.body, two)]).toEqual([true, false]);
    expect((await read('checkpoint.witnessed')).status).toBe(404);
    await cosign(two);
    const { status, body } = await read('checkpoint.witnessed');
    expect([status, isCosigned(body, one), isCosigned(body, two)]).toEqual([200, true, true]);
    const key = parseVerifierKey((await read('key')).body);
    expect(isSignedBy(parseNote(body), key)).toBe(true);
  });

  it('are for auditors', async () => {
    expect((await read('checkpoint.witnessed', 'operator')).status).toBe(403);
  });

  it('have a metric that says how long a witness is silent', async () => {
    const { body } = await gateway.app.inject('/metrics');
    expect(body).toMatch(/lienthong_synclog_witness_silence_seconds\{witness="one\.example"\} \d/);
  });
});
