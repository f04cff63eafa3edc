import { join } from 'node:path';
import { createFileTokens, ensureMasterKey, fileMasterKeys } from '#access';
import { sequenceBatch } from '#bus';
import {
  approveLegalLift,
  approvePersonRequest,
  askPersonRequest,
  listLegalHolds,
  loadLabels,
  loadPurposes,
  placeLegalHold,
  requestLegalLift,
  revealFields,
  searchPerson,
  showContent,
  takeExport,
  type ActingViewer,
  type PrivacyDeps,
} from '#privacy';
import { codeOf, silentLog, uuidIds } from '#platform';
import {
  ensureLogKey,
  fileLogKeys,
  readNewestCheckpoint,
  readResource,
  Sealer,
  undescribed,
  withoutArchive,
} from '#synclog';
import { fixedClock, temporaryDir, until } from '#testing';
import { verifyState } from '#verification';
import { readLoose } from '../../libs/replay/adapters/item-store';
import { lookAtItems, type LookDeps } from '../../libs/replay/app/look-at-items';
import { verifyBundle } from '../../libs/synclog/verifier/app/verify-bundle';
import { filesOfTree } from '../../libs/synclog/verifier/domain/log-files';
import { MemoryBundle, rangesOfSource } from '../../libs/synclog/verifier/testing/memory-bundle';
import { parseNote, parseVerifierKey } from '../../libs/synclog/tlog/signed-note';
import { parseCheckpoint } from '../../libs/synclog/tlog/checkpoint';
import { parseTilePath } from '../../libs/synclog/tlog/tiles';
import { SmallJourney } from '../verification/small-journey';
import { oneStopCodeOf } from '../verification/witness-partner';

const CONFIG_DIR = join(__dirname, '../../config');
/** Every dossier of the journey names this child. */
const CHILD = '999000000001';
const REASON = 'letter 12/2026 of the person';

describe('what a person asks for', () => {
  let journey: SmallJourney;
  let deps: PrivacyDeps;
  let finished: string[];
  let registering: string;
  let resolved: string;

  beforeAll(async () => {
    journey = await SmallJourney.open();
    deps = { ...journey.world.deps, labels: loadLabels(CONFIG_DIR), purposePolicy: loadPurposes(CONFIG_DIR) };
    finished = Array.from({ length: 4 }, () => journey.list());
    registering = journey.list();
    resolved = journey.list({ failAt: 'inner' });
    await journey.poll();
    journey.source.takeOff(resolved);
    journey.list({ code: resolved });
    await journey.poll();
    await journey.decide([...finished, registering, resolved], 'accept');
    // Each alone: an answer of the registry about several belongs to all of them.
    for (const code of [...finished, resolved]) await journey.register([code]);
    await journey.decide([...finished, resolved], 'hand-over');
  }, 120_000);
  afterAll(() => journey?.end());

  const by = (id: string, ...roles: string[]): ActingViewer => ({
    actor: { id, type: 'person' },
    roles: roles.length > 0 ? roles : ['operator', 'approver'],
    units: null,
    idempotencyKey: uuidIds.next(),
  });
  const ask = (kind: 'export' | 'erase', dossiers: string[], who = by('op')) =>
    askPersonRequest({ kind, identityNumber: CHILD, reason: REASON, dossiers }, who, deps);
  const approve = ({ id, setDigest }: { id: string; setDigest: string }, who = by('ap')) =>
    approvePersonRequest({ requestId: id, setDigest }, who, deps);
  const codeWhen = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => codeOf(error),
    );
  const count = async (sql: string, ...params: unknown[]): Promise<number> =>
    (await journey.world.test.db.query<{ n: number }>(`select count(*)::int as n ${sql}`, params))[0].n;
  const erase = async (code: string): Promise<void> => void (await approve(await ask('erase', [code])));

  it('finds every dossier of a person that the intake stored, and what the registry gave', async () => {
    const asked = { identityNumber: CHILD, purpose: 'complaint', reason: REASON };
    const { items: found } = await searchPerson(asked, by('auditor', 'auditor'), deps);
    expect(found.map(({ dvcltCode }) => dvcltCode).sort()).toEqual([...finished, registering, resolved].sort());
    const fields = found.map((one) => one.fields);
    expect(fields.filter((names) => names.includes('result.identityNumber'))).toHaveLength(finished.length + 1);
  });

  it('is taken by who asked, after a second person, a few times, and logged', async () => {
    const request = await ask('export', [finished[0], registering]);
    expect(await codeWhen(takeExport(request.id, by('op'), deps))).toBe('request-not-approved');
    expect(await codeWhen(approve(request, by('op')))).toBe('own-request');
    await approve(request);
    expect(await codeWhen(takeExport(request.id, by('ap'), deps))).toBe('not-own-request');
    const { dossiers } = await takeExport(request.id, by('op'), deps);
    expect(dossiers).toHaveLength(2);
    expect(dossiers[0].fields).toContainEqual(
      expect.objectContaining({ field: 'subject.identityNumber', value: CHILD }),
    );
    expect(dossiers.flatMap(({ files }) => files.map(({ kind }) => kind)).sort()).toEqual([
      'attachment',
      'attachment',
      'result-file',
    ]);
    expect(await count(`from synclog_entry where kind = 'personal-data.exported'`)).toBe(2);
    await takeExport(request.id, by('op'), deps);
    await takeExport(request.id, by('op'), deps);
    expect(await codeWhen(takeExport(request.id, by('op'), deps))).toBe('export-taken');
  });

  it('is not erased while a dossier is on its way, nor one that does not name the person', async () => {
    expect(await codeWhen(ask('erase', [finished[0], registering]))).toBe('dossier-not-at-end');
    expect(await codeWhen(ask('erase', ['G22.99.08-260302-999999']))).toBe('dossier-not-of-person');
    const stranger = { kind: 'erase', identityNumber: '999000000077', reason: REASON } as const;
    expect(await codeWhen(askPersonRequest(stranger, by('op'), deps))).toBe('person-unknown');
  });

  it('leaves an entry of each number that was tried, refused or not, and ends at so many in an hour', async () => {
    const hold = await placeLegalHold({ code: finished[1], reason: REASON }, by('auditor', 'auditor'), deps);
    const who = `prober-${uuidIds.next()}`;
    const searches = () =>
      count(
        `from synclog_entry where kind = 'person.searched' and convert_from(bytes, 'UTF8') like '%' || $1 || '%'`,
        who,
      );
    const probe = (identityNumber: string, dossiers: string[]) =>
      codeWhen(askPersonRequest({ kind: 'erase', identityNumber, reason: REASON, dossiers }, by(who), deps));
    const probes: [code: string, number: string, dossier: string][] = [
      ['person-unknown', '999000000077', finished[0]],
      ['dossier-not-of-person', CHILD, 'G22.99.08-260302-999999'],
      ['dossier-not-at-end', CHILD, registering],
      ['legal-hold-stands', CHILD, finished[1]],
    ];
    for (const [at, [code, number, dossier]] of probes.entries()) {
      expect(await probe(number, [dossier])).toBe(code);
      expect(await searches()).toBe(at + 1);
    }
    const asked = by(who);
    const made = await ask('export', [finished[0]], asked);
    expect(await ask('export', [finished[0]], asked)).toEqual(made);
    const { searchesPerHour } = deps.purposePolicy.limits;
    for (let tried = probes.length + 1; tried < searchesPerHour; tried += 1) await probe('999000000077', [finished[0]]);
    expect(await searches()).toBe(searchesPerHour);
    expect(await probe(CHILD, [finished[0]])).toBe('too-many-reveals');
    await requestLegalLift({ holdId: hold.id, reason: REASON }, by('op'), deps);
    await approveLegalLift(hold.id, by('ap'), deps);
  });

  it('is not erased under a legal hold, also one that was placed after the request, until two people lift it', async () => {
    const request = await ask('erase', [finished[1]]);
    const hold = await placeLegalHold({ code: finished[1], reason: REASON }, by('auditor', 'auditor'), deps);
    expect(await codeWhen(approve(request))).toBe('legal-hold-stands');
    expect(await codeWhen(ask('erase', [finished[1]]))).toBe('legal-hold-stands');
    expect(await codeWhen(approveLegalLift(hold.id, by('ap'), deps))).toBe('lift-not-requested');
    await requestLegalLift({ holdId: hold.id, reason: REASON }, by('op'), deps);
    expect(await codeWhen(approveLegalLift(hold.id, by('op'), deps))).toBe('own-request');
    expect((await showContent(finished[1], null, deps)).fields.length).toBeGreaterThan(0);
    expect(await approveLegalLift(hold.id, by('ap'), deps)).toMatchObject({ state: 'lifted' });
    const page = { code: finished[1], after: null, limit: 10 };
    expect(await listLegalHolds({ ...page, isStanding: true }, { units: null }, deps)).toEqual([]);
    expect(await listLegalHolds({ ...page, isStanding: false }, { units: null }, deps)).toHaveLength(2);
    await approve(request);
    expect(await codeWhen(showContent(finished[1], null, deps))).toBe('vault-erased');
  });

  it('needs two people within a day, who have seen the same set', async () => {
    const request = await ask('erase', [finished[2]]);
    expect(await codeWhen(approve(request, by('op')))).toBe('own-request');
    expect(await codeWhen(approve({ ...request, setDigest: '0'.repeat(64) }))).toBe('request-set-differs');
    const tomorrow = { ...deps, clock: fixedClock(new Date(deps.clock.now().getTime() + 24 * 3_600_000)) };
    const { id: requestId, setDigest } = request;
    expect(await codeWhen(approvePersonRequest({ requestId, setDigest }, by('ap'), tomorrow))).toBe('request-expired');
    expect((await showContent(finished[2], null, deps)).fields.length).toBeGreaterThan(0);
  });

  it('is gone after the erasure: content, files, results, links, what was in quarantine, and the way to find it', async () => {
    const { db } = journey.world.test;
    const keyDir = temporaryDir('erase-links-');
    ensureMasterKey(keyDir);
    const links = createFileTokens({
      keys: fileMasterKeys(keyDir),
      publicUrl: 'http://gateway.test',
      linkDays: 30,
      clock: deps.clock,
    });
    const [file] = (await showContent(resolved, null, deps)).files;
    const issued = { ref: file.ref, partner: 'dvcqg', fileName: 'a.pdf', contentType: 'application/pdf' };
    const token = (await links.issueFileToken(db, issued)).split('/').at(-1) as string;
    const refs = await db.query<{ ref: string }>(
      `select o.id as ref from vault_object o join vault_key k on k.id = o.key_id
       left join intake_message m on m.id = k.owner_id
       where k.owner_id in (select dossier_id from dossier_code where code = $1) or m.external_code = $1`,
      [resolved],
    );
    expect(refs.length).toBeGreaterThan(6);
    await erase(resolved);
    for (const { ref } of refs) expect(await codeWhen(deps.vault.open(ref))).toBe('vault-erased');
    expect((await links.useFileToken(db, token))?.state).toBe('revoked');
    const reveal = { code: resolved, purpose: 'complaint', fields: ['subject.name'], reason: REASON };
    expect(await codeWhen(revealFields(reveal, by('op'), deps))).toBe('vault-erased');
    const asked = { identityNumber: CHILD, purpose: 'complaint', reason: REASON };
    const { items: found } = await searchPerson(asked, by('auditor', 'auditor'), deps);
    expect(found.map(({ dvcltCode }) => dvcltCode)).not.toContain(resolved);
    expect(await count(`from synclog_entry where kind = 'personal-data.erased'`)).toBe(2);
  });

  it('is erased once by two approvers at once, and not at all when a hold comes first', async () => {
    const request = await ask('erase', [finished[3]]);
    const ends = await Promise.all([codeWhen(approve(request, by('ap'))), codeWhen(approve(request, by('ap2')))]);
    expect(ends.sort()).toEqual(['none', 'request-not-open']);
    const other = await ask('erase', [finished[2]]);
    const [held, erased] = await Promise.all([
      codeWhen(placeLegalHold({ code: finished[2], reason: REASON }, by('auditor', 'auditor'), deps)),
      codeWhen(approve(other)),
    ]);
    expect(held).toBe('none');
    const isErased = (await codeWhen(showContent(finished[2], null, deps))) === 'vault-erased';
    expect(erased).toBe(isErased ? 'none' : 'legal-hold-stands');
  });

  it('erases the registry’s answer that told of the dossier, too', async () => {
    const left = await count(
      `from poll_evidence e join vault_object o on o.id = e.ref join vault_key k on k.id = o.key_id where k.wrapped is null`,
    );
    expect(left).toBeGreaterThan(0);
  });

  it('keeps new content of an erased dossier in quarantine, for a person, and the rest of the batch goes on', async () => {
    journey.list({ code: resolved, declaration: { nksHoTen: 'TRẺ EM KHÁC' } });
    const other = journey.list();
    await journey.poll();
    expect(
      await count(`from quarantine where item_key = $1 and reason_code = 'vault-erased' and state = 'open'`, resolved),
    ).toBe(1);
    expect(await count(`from dossier_code where code = $1`, other)).toBe(1);
  });

  it('is told plainly by the dry run of a replay, also for a message whose bytes were kept', async () => {
    const { db } = journey.world.test;
    const deliveries = await db.query<{ id: string }>(
      `select d.id from delivery d join dossier_code c on c.dossier_id = d.dossier_id where c.code = $1 and d.status = 'settled'`,
      [resolved],
    );
    const subjects = await readLoose(
      db,
      deliveries.map(({ id }) => id),
    );
    expect(subjects.length).toBeGreaterThan(5);
    expect(subjects.every(({ isErased }) => isErased)).toBe(true);
    const never = (): never => {
      throw new Error('nobody is asked about what is erased');
    };
    const adapter = { historyReplay: () => 'as-was', repeatPolicy: () => 'harmless', complaints: never };
    const look = {
      adapters: { dvclt: adapter, hotich: adapter, dvcqg: adapter, onestop: adapter },
      questions: { ask: never },
      clock: deps.clock,
    } as unknown as LookDeps;
    const { signal } = new AbortController();
    const found = await lookAtItems(subjects, { action: 'replay', source: 'history' }, look, signal);
    const told = found.filter(({ class: itemClass }) => itemClass === 'invalid');
    expect(told.length).toBeGreaterThan(0);
    expect(told).toEqual(told.map(() => ({ class: 'invalid', action: 'skip', reasonCode: 'vault-erased' })));
  });

  it('leaves a state without a violation', async () => {
    await journey.register([registering]);
    await journey.decide([registering], 'hand-over');
    const { url: databaseUrl } = journey.world.test;
    const violations = await verifyState({ databaseUrl, ledgerUrl: journey.ledgerUrl });
    expect(violations).toEqual([]);
  });

  it('leaves a log whose every entry and proof still verifies, with the erasure in it', async () => {
    const { db } = journey.world.test;
    const keyDir = temporaryDir('erase-log-');
    ensureLogKey(keyDir, 'http://gateway.test');
    await sequenceBatch(db, 10_000);
    const keys = fileLogKeys(keyDir);
    const wait = async (): Promise<boolean> => false;
    const sealer = new Sealer({ db, keys, places: [], doorbell: { wait }, clock: deps.clock, log: silentLog });
    while ((await sealer.round()) > 0);
    const { note, size } = (await readNewestCheckpoint(db))!;
    const bundle = new MemoryBundle([]);
    bundle.files.clear();
    const { vkey } = keys().current;
    bundle.files.set('key', Buffer.from(`${vkey}\n`));
    bundle.files.set('checkpoint', Buffer.from(note));
    for (const path of filesOfTree(size))
      bundle.files.set(path, (await readResource(withoutArchive(db), parseTilePath(path)!)) ?? Buffer.alloc(0));
    expect(parseCheckpoint(parseNote(note).text).size).toBe(size);
    const evidence = {
      source: bundle,
      ranges: rangesOfSource(bundle),
      key: parseVerifierKey(vkey),
      older: [],
      witnesses: [],
    };
    const { report } = await verifyBundle(evidence);
    expect(report.wrong).toEqual([]);
    expect(report.proven.map(({ code }) => code)).toContain('entries');
    const rows = await db.query<{ text: string }>(
      `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind ~ '^(person|legal-hold)'`,
    );
    const more = rows.flatMap((row) => undescribed(JSON.parse(row.text) as Record<string, unknown>));
    expect([...new Set(more)]).toEqual([]);
    const told = await count(
      `from synclog_entry e join synclog_leaf l on l.entry_id = e.id where e.kind like 'personal-data.%'`,
    );
    expect(told).toBeGreaterThan(7);
  });

  it('does not hold up the registry’s answers about others, when it happens while the registry is asked', async () => {
    const [withdrawn, other] = [journey.list(), journey.list()];
    await journey.poll();
    await journey.decide([withdrawn, other], 'accept');
    await journey.decide([withdrawn], 'withdraw');
    const [{ watched }] = await journey.world.test.db.query<{ watched: number }>(
      `select count(*)::int as watched from registry_watch w join dossier_code c using (dossier_id) where c.code = $1`,
      [withdrawn],
    );
    expect(watched).toBe(1);
    journey.registry.onPoll = async () => {
      journey.registry.onPoll = () => undefined;
      await erase(withdrawn);
    };
    await journey.register([withdrawn, other]);
    expect((await journey.world.dossier(other)).state).toBe('registered');
    expect(await codeWhen(showContent(withdrawn, null, deps))).toBe('vault-erased');
    await journey.pollRegistry();
    expect((await journey.world.dossier(withdrawn)).state).toBe('withdrawn');
    // The answer under way told of what was just erased: it is not kept.
    for (const code of [withdrawn, other]) expect(await answersAbout(code)).toEqual([]);
  });

  const answersAbout = async (code: string): Promise<string[]> =>
    (
      await journey.world.test.db.query<{ ref: string }>(
        `select distinct a.ref from registry_answer a join dossier_code c using (dossier_id) where c.code = $1 order by 1`,
        [code],
      )
    ).map(({ ref }) => ref);
  const openings = (refs: string[]) => Promise.all(refs.map((ref) => codeWhen(deps.vault.open(ref))));
  /** One that the registry is still asked about, and that may be erased. */
  const watchedAtEnd = async (): Promise<string> => {
    const code = journey.list();
    await journey.poll();
    await journey.decide([code], 'accept');
    await journey.decide([code], 'withdraw');
    return code;
  };

  it('reaches an answer that was kept for another dossier’s sake, and leaves it while a hold stands on one that it tells of', async () => {
    const told = await watchedAtEnd();
    journey.registry.report(oneStopCodeOf(told), 3);
    await journey.pollRegistry();
    const changed = journey.list();
    await journey.poll();
    await journey.decide([changed], 'accept');
    await journey.register([changed]);
    const ofChanged = await answersAbout(changed);
    const shared = (await answersAbout(told)).filter((ref) => ofChanged.includes(ref));
    expect(shared.length).toBeGreaterThan(0);
    await journey.decide([changed], 'hand-over');
    const hold = await placeLegalHold({ code: told, reason: REASON }, by('auditor', 'auditor'), deps);
    await erase(changed);
    expect(await openings(shared)).toEqual(shared.map(() => 'none'));
    await requestLegalLift({ holdId: hold.id, reason: REASON }, by('op'), deps);
    await approveLegalLift(hold.id, by('ap'), deps);
    await erase(told);
    expect(await openings(shared)).toEqual(shared.map(() => 'vault-erased'));
  });

  it('takes the keys in the order of their ids, as who wraps them anew does', async () => {
    const { db } = journey.world.test;
    // Not understood at first: its message is older than the dossier.
    const code = journey.list({ failAt: 'inner' });
    await journey.poll();
    journey.source.takeOff(code);
    journey.list({ code });
    await journey.poll();
    await journey.decide([code], 'accept');
    await journey.decide([code], 'withdraw');
    const request = await ask('erase', [code], by('orderly'));
    const keys = await db.query<{ id: string; kind: string }>(
      `select k.id, k.owner_kind as kind from vault_key k left join intake_message m on m.id = k.owner_id
       where k.owner_id in (select dossier_id from dossier_code where code = $1) or m.external_code = $1 order by k.id`,
      [code],
    );
    // The dossier's, which an erasure would begin with, is the newer one.
    expect([keys[0].kind, keys.at(-1)?.kind]).toEqual(['message', 'dossier']);
    const lock = `select id from vault_key where id = $1 for update`;
    const erasure = await db.run(async (tx) => {
      await tx.query(lock, [keys[0].id]);
      const running = codeWhen(approve(request));
      const blocked = `select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`;
      const isWaiting = async () => (await tx.query(blocked)).length > 0;
      await until(isWaiting, 5_000, 'the erasure at the first key');
      await tx.query(lock, [keys.at(-1)?.id]);
      return { running };
    });
    expect(await erasure.running).toBe('none');
  });

  it('reaches an answer that nobody could read, by every dossier that it was asked for', async () => {
    const [one, two] = [await watchedAtEnd(), await watchedAtEnd()];
    journey.registry.garbage = { code: 'fake.unreadable', text: `<html>${one} ${two}` };
    await journey.pollRegistry();
    journey.registry.garbage = undefined;
    const kept = await answersAbout(one);
    expect([kept.length > 0, await answersAbout(two)]).toEqual([true, kept]);
    await erase(two);
    expect(await openings(kept)).toEqual(kept.map(() => 'vault-erased'));
  });
});
