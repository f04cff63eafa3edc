import { join } from 'node:path';
import { Client } from 'pg';
import { AppError, codeOf, silentLog, uuidIds } from '#platform';
import {
  approvePersonRequest,
  askPersonRequest,
  indexStored,
  loadLabels,
  loadPurposes,
  searchPerson,
  takeExport,
  type ActingViewer,
  type PrivacyDeps,
} from '#privacy';
import { SmallJourney } from '../verification/small-journey';

const CONFIG_DIR = join(__dirname, '../../config');
/** Every dossier of the journey names this child. */
const CHILD = '999000000001';
const REASON = 'letter 12/2026 of the person';

describe('the index of persons after an upgrade', () => {
  let journey: SmallJourney;
  let deps: PrivacyDeps;
  let codes: string[];
  let erased: string;
  let before: { persons: string[]; answers: string[] };

  const owner = async (sql: string, ...params: unknown[]): Promise<void> => {
    const client = new Client({ connectionString: journey.world.test.ownerUrl });
    await client.connect();
    await client.query(sql, params).finally(() => client.end());
  };
  const rows = async (sql: string): Promise<string[]> =>
    (await journey.world.test.db.query<{ row: string }>(sql)).map(({ row }) => row);
  const indexed = async () => ({
    persons: await rows(
      `select encode(digest, 'hex') || dossier_id || array(select unnest(fields) order by 1)::text as row from person_index order by 1`,
    ),
    answers: await rows(`select ref || ' ' || dossier_id as row from registry_answer order by 1`),
  });
  const by = (id: string, ...roles: string[]): ActingViewer => ({
    actor: { id, type: 'person' },
    roles,
    units: null,
    idempotencyKey: uuidIds.next(),
  });
  const ask = (kind: 'export' | 'erase', dossiers: string[]) =>
    askPersonRequest({ kind, identityNumber: CHILD, reason: REASON, dossiers }, by('op', 'operator'), deps);
  const approve = ({ id, setDigest }: { id: string; setDigest: string }) =>
    approvePersonRequest({ requestId: id, setDigest }, by('ap', 'approver'), deps);
  const search = () =>
    searchPerson({ identityNumber: CHILD, purpose: 'complaint', reason: REASON }, by('auditor', 'auditor'), deps);
  const pass = (vault: Pick<PrivacyDeps['vault'], 'openMany' | 'dedupDigest'> = deps.vault) =>
    indexStored({ db: deps.db, clock: deps.clock, log: silentLog, vault });

  beforeAll(async () => {
    journey = await SmallJourney.open();
    deps = { ...journey.world.deps, labels: loadLabels(CONFIG_DIR), purposePolicy: loadPurposes(CONFIG_DIR) };
    codes = Array.from({ length: 25 }, () => journey.list());
    await journey.poll();
    erased = codes[3];
    await journey.decide(codes.slice(0, 4), 'accept');
    for (const code of codes.slice(0, 4)) await journey.register([code]);
    await journey.decide([erased, codes[0]], 'hand-over');
    await approve(await ask('erase', [erased]));
    before = await indexed();
    // As the version before left it.
    await owner('delete from person_index');
    await owner('delete from registry_answer');
    const begins = `update person_backfill set finished_at = null, begins_at = $1`;
    await owner(begins, new Date(deps.clock.now().getTime() + 1_000));
  }, 120_000);
  afterAll(() => journey?.end());

  it('is said to be incomplete, and nothing is erased by it', async () => {
    expect(await pass()).toBe(0);
    expect(await search()).toEqual({ items: [], indexIncomplete: true });
    journey.world.clock.advance(1_000);
    expect(await pass()).toBe(20);
    expect((await search()).items.length).toBeGreaterThan(10);
    const request = await ask('export', [codes[0]]);
    await approve(request);
    expect(request.indexIncomplete).toBe(true);
    expect(await takeExport(request.id, by('op', 'operator'), deps)).toMatchObject({ indexIncomplete: true });
    await expect(ask('erase', [codes[0]])).rejects.toMatchObject({ code: 'person-index-incomplete', status: 409 });
  });

  it('goes on where it was after a crash, and holds what the intake would have put in', async () => {
    let opened = 0;
    const dying = {
      ...deps.vault,
      openMany: (...given: Parameters<typeof deps.vault.openMany>) => {
        opened += 1;
        if (opened === 3) throw new AppError({ code: 'master-key-unknown', disposition: 'retry' });
        return deps.vault.openMany(...given);
      },
    };
    const between = await indexed();
    expect(await pass(dying).then(() => 'none', codeOf)).toBe('master-key-unknown');
    expect(await indexed()).toEqual(between);
    for (let rounds = 0; rounds < 20 && (await pass()) > 0; rounds += 1);
    const after = await indexed();
    expect(after.persons).toEqual(before.persons);
    expect(after.answers).toEqual(before.answers.filter((row) => after.answers.includes(row)));
    expect(after.answers.length).toBeGreaterThan(2);
    expect((await search()).indexIncomplete).toBe(false);
    await approve(await ask('erase', [codes[0]]));
    expect(await pass()).toBe(0);
  });
});
