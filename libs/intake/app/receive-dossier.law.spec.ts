import { uuidIds } from '#platform';
import { ensureSigningKey, fileSigningKeys, leafHash, verifyReceipt } from '#synclog';
import type { DecodedDossier } from '../ports';
import { applyCommand, intakeWorld, type IntakeWorld } from '../../../test/intake/intake-world';
import type { ReceiptDeps } from './receive-decision';
import { receiveDossier, type FilingRequest } from './receive-dossier';
import { temporaryDir } from '#testing';

let serial = 0;

describe('a dossier filed by the one-stop', () => {
  let world: IntakeWorld;
  let deps: ReceiptDeps;

  function filing(more: Partial<DecodedDossier> = {}, of: Partial<FilingRequest> = {}): FilingRequest {
    const number = String((serial += 1)).padStart(6, '0');
    const dossier: DecodedDossier = {
      code: `G22.99.08-260304-${number}`,
      procedureCode: '2.000986',
      module: 'KS',
      unitText: '00123',
      receivedAtText: '2026-03-02T08:00:00+07:00',
      receivedAt: new Date('2026-03-02T01:00:00Z'),
      subject: { name: 'TRẺ EM MẪU' },
      requester: { name: 'NGƯỜI YÊU CẦU MẪU' },
      declaration: { nksHoTen: 'TRẺ EM MẪU' },
      attachments: [
        {
          sourceId: '1',
          title: 'Giấy mẫu',
          fileName: 'mau.pdf',
          withdrawn: false,
          contentType: 'application/pdf',
          bytes: Buffer.from('PDF MẪU'),
        },
      ],
      ...more,
    };
    const oneStopCode = `H99.103-260304-${number}`;
    const body = { dvcltCode: dossier.code, oneStopCode, content: dossier.declaration };
    return {
      caller: { clientId: 'one-stop', units: null },
      idempotencyKey: uuidIds.next(),
      body,
      dossier,
      oneStopCode,
      ...of,
    };
  }
  const again = (first: FilingRequest, declaration: Record<string, string>): FilingRequest => ({
    ...first,
    idempotencyKey: uuidIds.next(),
    dossier: { ...first.dossier, declaration },
    body: { ...(first.body as object), content: declaration },
  });
  const awaitSupplement = async (code: string): Promise<void> => {
    const { id } = await world.dossier(code);
    await applyCommand(world, id, {
      kind: 'decide',
      decision: 'request-supplement',
      decidedAt: '2026-03-02T09:00:00+07:00',
      registration: 'none',
    });
  };

  beforeAll(async () => {
    world = await intakeWorld();
    const keyDir = temporaryDir('filing-keys-');
    ensureSigningKey(keyDir);
    deps = { ...world.deps, signingKeys: fileSigningKeys(keyDir) };
  });
  afterAll(() => world.end());

  it('is with the one-stop at once, known by both codes, sealed and receipted', async () => {
    const request = filing();
    const receipt = await receiveDossier(request, deps);
    const state = await world.dossier(request.oneStopCode);
    expect(state).toMatchObject({
      id: receipt.dossierId,
      state: 'with-one-stop',
      source: 'onestop',
      codes: { dvclt: request.dossier.code, oneStop: request.oneStopCode },
    });
    expect(await world.journal(request.dossier.code)).toEqual(['dossier.received', 'one-stop-code.assigned']);
    expect((await world.deps.vault.open(state.contentRef)).toString()).toContain('TRẺ EM MẪU');
    expect(verifyReceipt(receipt, deps.signingKeys, request.body)).toBe(true);
    const [{ bytes }] = await world.test.db.query<{ bytes: Buffer }>(
      `select bytes from synclog_entry where dossier_id = $1`,
      [state.id],
    );
    expect(leafHash(bytes).toString('base64')).toBe(receipt.leafHash);
    expect(JSON.parse(bytes.toString())).toMatchObject({
      kind: 'dossier.received',
      contentDigest: receipt.contentDigest,
      partner: 'onestop',
    });
  });

  it('filed again with what we hold has no second effect, and its receipt is another one', async () => {
    const first = filing();
    const one = await receiveDossier(first, deps);
    const two = await receiveDossier({ ...first, idempotencyKey: uuidIds.next() }, deps);
    expect(two.id).not.toBe(one.id);
    expect(two.dossierId).toBe(one.dossierId);
    expect(await world.journal(first.oneStopCode)).toEqual([
      'dossier.received',
      'one-stop-code.assigned',
      'listing.repeated',
    ]);
  });

  it('with changed content is the supplement while one is awaited, and a conflict otherwise', async () => {
    const first = filing();
    await receiveDossier(first, deps);
    await awaitSupplement(first.oneStopCode);
    expect((await receiveDossier(again(first, { nksHoTen: 'TRẺ EM MẪU' }), deps)).dossierId).toBe(
      (await world.dossier(first.oneStopCode)).id,
    );
    expect((await world.dossier(first.oneStopCode)).state).toBe('awaiting-supplement');
    await receiveDossier(again(first, { nksHoTen: 'TRẺ EM MẪU HAI' }), deps);
    expect(await world.dossier(first.oneStopCode)).toMatchObject({
      state: 'with-one-stop',
      round: 1,
      attention: false,
    });
    const receipt = await receiveDossier(again(first, { nksHoTen: 'TRẺ EM MẪU BA' }), deps);
    expect(verifyReceipt(receipt, deps.signingKeys)).toBe(true);
    expect(await world.dossier(first.oneStopCode)).toMatchObject({ state: 'with-one-stop', round: 1, attention: true });
    expect((await world.journal(first.oneStopCode)).at(-1)).toBe('conflict.recorded');
  });

  it('is created once when the same request, or the same code under other keys, is sent at once', async () => {
    const request = filing();
    const same = await Promise.all([1, 2, 3, 4].map(() => receiveDossier(request, deps)));
    expect(new Set(same.map((receipt) => receipt.id)).size).toBe(1);
    const other = filing();
    const receipts = await Promise.all(
      [1, 2, 3, 4].map(() => receiveDossier({ ...other, idempotencyKey: uuidIds.next() }, deps)),
    );
    expect(new Set(receipts.map((receipt) => receipt.dossierId)).size).toBe(1);
    expect((await world.journal(other.oneStopCode)).filter((type) => type === 'dossier.received')).toHaveLength(1);
  });

  it.each([
    ['an unknown unit', { unitText: '88888' }, { code: 'unit-unknown', status: 422, field: 'unit' }],
    ['a split unit', { unitText: '99103' }, { code: 'unit-ambiguous', status: 422 }],
    [
      'an unmapped procedure',
      { procedureCode: '9.999999' },
      { code: 'procedure-unknown', status: 422, field: 'procedureCode' },
    ],
  ])('is refused with %s, and nothing is stored', async (_what, fault, problem) => {
    const request = filing(fault);
    await expect(receiveDossier(request, deps)).rejects.toMatchObject(problem);
    await expect(world.dossier(request.dossier.code)).rejects.toThrow();
  });

  it('is refused for a unit that the client may not serve, also when only the stored dossier is of that unit', async () => {
    const limited = { clientId: 'commune', units: ['99001'] };
    await expect(receiveDossier(filing({}, { caller: limited }), deps)).rejects.toMatchObject({
      code: 'unit-not-allowed',
      status: 403,
    });
    const first = filing();
    await receiveDossier(first, deps);
    const moved = again(first, { nksHoTen: 'KHÁC' });
    await expect(
      receiveDossier({ ...moved, dossier: { ...moved.dossier, unitText: '99001' }, caller: limited }, deps),
    ).rejects.toMatchObject({ code: 'unit-not-allowed' });
  });

  it('is refused with another one-stop code than ours, and with one that another dossier has', async () => {
    const first = filing();
    await receiveDossier(first, deps);
    await expect(
      receiveDossier({ ...first, idempotencyKey: uuidIds.next(), oneStopCode: 'H99.103-260304-999999' }, deps),
    ).rejects.toMatchObject({ code: 'one-stop-code-mismatch', status: 409 });
    await expect(receiveDossier(filing({}, { oneStopCode: first.oneStopCode }), deps)).rejects.toMatchObject({
      code: 'dossier-code-taken',
      status: 409,
    });
  });

  it('under a key that was used for another body is a conflict', async () => {
    const first = filing();
    await receiveDossier(first, deps);
    await expect(
      receiveDossier({ ...again(first, { nksHoTen: 'KHÁC' }), idempotencyKey: first.idempotencyKey }, deps),
    ).rejects.toMatchObject({ code: 'idempotency-conflict', status: 409 });
  });
});
