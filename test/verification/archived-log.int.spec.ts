import { Client } from 'pg';
import { findReceipt, findReceiptLeaf } from '#synclog';
import { inspectState, type VerificationReport } from '#verification';
import { healthyState } from './healthy-state';
import { SmallJourney } from './small-journey';

const NOT_AS_SEALED = 'unexplained.entry-not-as-sealed';

describe('a state whose sync log is in the archive', () => {
  let journey: SmallJourney;
  let owner: Client;
  let dossiers: number;
  beforeAll(async () => {
    journey = await SmallJourney.open();
    await healthyState(journey, 20);
    owner = new Client({ connectionString: journey.world.test.ownerUrl });
    await owner.connect();
    await owner.query('create table all_entries as table synclog_entry');
    const report = await inspected();
    expect(report).toMatchObject({ isClean: true, logArchived: 0 });
    dossiers = report.dossiers;
  }, 120_000);
  afterAll(async () => {
    await owner?.end();
    await journey?.end();
  });
  beforeEach(async () => {
    await owner.query('truncate synclog_entry, synclog_archive');
    await owner.query('insert into synclog_entry table all_entries');
    await owner.query('update receipt set leaf_index = null');
  });

  const inspected = (): Promise<VerificationReport> => {
    const { ledgerUrl, world } = journey;
    return inspectState({ databaseUrl: world.test.url, ledgerUrl, settled: true });
  };
  const found = async (code: string): Promise<string[]> =>
    (await inspected()).violations.filter((one) => one.code === code).map(({ subject }) => subject!);

  /** Notes a month with an end behind all that there is, in the middle of the second tile of ids when it is asked for. */
  async function note(month: string, isHalf = false): Promise<void> {
    const border = `select to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
                    from synclog_entry order by id offset 300 limit 1`;
    await owner.query(
      `insert into synclog_archive select $1, (next_leaf / 256 + 1) * 256, ${isHalf ? `(${border})` : `now() + interval '1 day'`}, now(), gen_random_uuid()
       from sequencer`,
      [month],
    );
  }
  const noteReceipts = (): Promise<unknown> =>
    owner.query(
      `update receipt r set leaf_index = l.leaf_index from synclog_entry e join synclog_leaf l on l.entry_id = e.id
       where r.body->>'leafHash' = encode(sha256('\\x00'::bytea || e.bytes), 'base64')`,
    );
  /** As an archive run leaves a month of which the database still has the entries from the border on. */
  async function dropHalf(): Promise<void> {
    await note('2020-01', true);
    await noteReceipts();
    const { rowCount } = await owner.query(
      'delete from synclog_entry where id < (select synclog_first_id(until_at) from synclog_archive)',
    );
    expect(rowCount).toBeGreaterThan(256);
  }
  const anyEntry = (condition = 'true'): string =>
    `(select e.id from synclog_entry e join synclog_leaf l on l.entry_id = e.id where ${condition} order by e.id desc limit 1)`;
  /** Does something to one entry. @returns its leaf */
  async function tamper(statement: string): Promise<string> {
    const { rows } = await owner.query<{ leaf: string }>(
      `with gone as (${statement} returning id) select leaf_index as leaf from synclog_leaf join gone on entry_id = id`,
    );
    expect(rows).toHaveLength(1);
    return rows[0].leaf;
  }

  it('is not taken for one whose log is lost, and is compared with everything else', async () => {
    await noteReceipts();
    await owner.query('delete from synclog_entry');
    const lost = await inspected();
    expect(Object.keys(lost.counts)).toEqual(expect.arrayContaining(['unexplained.attempt-not-logged', NOT_AS_SEALED]));
    await note('2020-01');
    expect(await inspected()).toMatchObject({ isClean: true, logArchived: dossiers });
    await owner.query(`update attempt set number = number + 50 where number = 1`);
    expect((await inspected()).isClean).toBe(false);
    await owner.query(`update attempt set number = number - 50 where number = 51`);
  });

  describe('of which a month was dropped', () => {
    beforeEach(dropHalf);

    it('misses nothing of that month', async () => {
      expect(await inspected()).toMatchObject({ isClean: true });
    });

    it.each([
      ['deleted', `delete from synclog_entry where id = ${anyEntry()}`],
      ['changed', `update synclog_entry set bytes = bytes || ' ' where id = ${anyEntry()}`],
      [
        'deleted, of the tile in which the month ends,',
        `delete from synclog_entry where id = ${anyEntry('l.leaf_index < 512')}`,
      ],
    ])('shows what was %s of a kept month, whatever leaf the archive ends at', async (_what, statement) => {
      const leaf = await tamper(statement);
      expect(await found(NOT_AS_SEALED)).toEqual([leaf]);
    });

    it('compares what is still there of that month', async () => {
      await owner.query(
        `insert into synclog_entry select a.* from all_entries a join synclog_leaf l on l.entry_id = a.id where l.leaf_index in (7, 8)`,
      );
      expect(await inspected()).toMatchObject({ isClean: true });
      const ofLeaf = (leaf: number): string => `(select entry_id from synclog_leaf where leaf_index = ${leaf})`;
      await tamper(`update synclog_entry set bytes = bytes || ' ' where id = ${ofLeaf(7)}`);
      expect(await found(NOT_AS_SEALED)).toEqual(['7']);
    });

    it('shows what has an id of that month and a leaf behind the archive', async () => {
      await owner.query('update synclog_archive set before_leaf = 0');
      expect(await found(NOT_AS_SEALED)).not.toEqual([]);
    });
  });

  it('misses an entry of a month that was noted and not dropped', async () => {
    const { rows } = await owner.query<{ month: string }>('select month from synclog_month order by end_id limit 1');
    await note(rows[0].month);
    expect(await inspected()).toMatchObject({ isClean: true, logArchived: 0 });
    const leaf = await tamper(`delete from synclog_entry where id = ${anyEntry(`e.kind = 'attempt.settled'`)}`);
    const report = await inspected();
    expect(report.violations.filter(({ code }) => code === NOT_AS_SEALED)).toMatchObject([{ subject: leaf }]);
    expect(Object.keys(report.counts)).toContain('unexplained.attempt-not-logged');
  });

  it('believes the leaf that is noted with a receipt only where the tree has it', async () => {
    await noteReceipts();
    const db = journey.world.test.db;
    const { rows } = await owner.query<{ id: string; leaf: string }>(
      `select id, leaf_index as leaf from receipt order by leaf_index desc limit 1`,
    );
    const [{ id, leaf }] = rows;
    const receipt = (await findReceipt(db, id))!;
    expect(await found('unexplained.receipt-without-entry')).toEqual([]);
    for (const wrong of [Number(leaf) - 1, -1, 1_000_000]) {
      await owner.query(`update receipt set leaf_index = $2 where id = $1`, [id, wrong]);
      expect([wrong, await found('unexplained.receipt-without-entry')]).toEqual([wrong, [id]]);
      expect(await findReceiptLeaf(db, receipt)).toBe(Number(leaf));
    }
    await owner.query(`update receipt set leaf_index = $2 where id = $1`, [id, leaf]);
    await owner.query('delete from synclog_entry');
    expect(await findReceiptLeaf(db, receipt)).toBe(Number(leaf));
    expect(await found('unexplained.receipt-without-entry')).toEqual([]);
  });

  describe('with a delivery that was made twice', () => {
    afterEach(() => owner.query(`delete from delivery where step >= 90`));
    const again = async (replayNumber: number, createdAt: string): Promise<string> => {
      const { rows } = await owner.query<{ id: string }>(
        `insert into delivery (id, replay_number, step, partner, dossier_id, operation, unit, procedure, caused_seq, facts, status, attempts, outcome,
                               created_at, settled_at)
         select gen_random_uuid(), $1, 90, partner, dossier_id, operation, unit, procedure, caused_seq, facts, status, 0, outcome, ${createdAt}, settled_at
         from delivery where partner = 'dvcqg' and outcome = 'accepted' order by id limit 1 returning id`,
        [replayNumber],
      );
      return rows[0].id;
    };

    it.each([
      ['is silent where the archive may say why', 1, 'created_at', false],
      ['tells of what no replay made', 0, 'created_at', true],
      [
        'tells of a replay from behind the archive of which the log does not know',
        1,
        `now() + interval '2 days'`,
        true,
      ],
    ])('%s', async (_what, replayNumber, createdAt, isTold) => {
      await note('2020-01');
      const id = await again(replayNumber, createdAt);
      expect(await found('doubled.delivery')).toEqual(isTold ? [id] : []);
    });
  });
});
