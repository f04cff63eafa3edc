import { generateSync } from 'otplib';
import { randomBytes } from 'node:crypto';
import { hashSecret, PASSWORD_COST, verifySecret } from '../identity/app/secret-hash';
import { csrfToken, isCsrfToken, newToken } from './app/session-token';
import { secretSeal } from './app/sealed-secret';
import { newTotpSecret, totpStep, totpUri } from './app/totp';
import { remembered } from './adapters/openid-provider';
import { bringsPassword, confirmersHalf, proposersHalf } from './app/first-password';
import {
  CHANGE_KINDS,
  changeExpiry,
  confirmRefusal,
  losesAdministrator,
  stopsAtOnce,
  type ChangeKind,
} from './domain/access-change';
import { isIdle, pendingSteps, reviewDueAt } from './domain/account-state';
import { afterFailure, isLocked } from './domain/lock-out';
import { canonicalUsername, judgePassword } from './domain/password-rules';
import { proposalFault } from './domain/proposal-fault';
import { isSeenStale, isSessionOver } from './domain/session-limits';

const NOW = new Date('2026-03-02T02:00:00Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const DAY_MS = 86_400_000;

describe('password rules of level 3', () => {
  const plain = { username: 'thu.nghiem', hasSecondFactor: false };
  const withTotp = { ...plain, hasSecondFactor: true };

  it.each([
    ['fourteen characters alone', 'mua-xuan-2026!', plain, undefined],
    ['thirteen characters alone', 'mua-xuan-202!', plain, 'too-short'],
    ['eight characters with a second factor', 'gió-mùa1', withTotp, undefined],
    ['seven characters with a second factor', 'gió-mùa', withTotp, 'too-short'],
    ['characters, not bytes', 'ếếếếếếế', withTotp, 'too-short'],
    ['more than anybody types', `x1!${'yz'.repeat(70)}`, plain, 'too-long'],
    ['the user name', 'Thu.Nghiem', withTotp, 'is-username'],
    ['the user name inside', 'xin-THU.NGHIEM-42', plain, 'is-username'],
    ['what everybody tries', 'P@$$word2026!!', plain, 'is-common'],
    ['the same in Vietnamese', 'Mật khẩu 123456', plain, 'is-common'],
    ['a word again and again', 'adminadminadmin1', plain, 'is-common'],
    ['counting', '12345678', withTotp, 'is-common'],
    ['three characters', 'aabbccaabbccaabbcc', plain, 'is-common'],
    ['the one before', 'mua-xuan-2026!', { ...plain, current: 'mua-xuan-2026!' }, 'is-same'],
  ])('judges %s', (_, password, given, fault) => expect(judgePassword(password, given)).toBe(fault));

  it('compares user names without case and composition', () => {
    expect(canonicalUsername(' Nguye\u0302n ')).toBe('nguyên');
  });

  it('makes a guess at a password dearer than one at a machine’s secret', async () => {
    const stored = await hashSecret('mua-xuan-2026!', PASSWORD_COST);
    expect(stored).toMatch(/^scrypt\$16384\$8\$5\$/);
    expect(await verifySecret('mua-xuan-2026!', stored)).toBe(true);
  });
});

describe('lock-out', () => {
  const policy = { maxFailures: 3, lockMs: 60_000 };

  it('locks at the last allowed failure, for the time of the policy, and counts nothing while it lasts', () => {
    const none = { failedLogIns: 0, lockedUntil: null };
    const first = afterFailure(none, NOW, policy);
    const second = afterFailure(first, NOW, policy);
    const third = afterFailure(second, NOW, policy);
    expect([first.locksNow, second.locksNow, third.locksNow]).toEqual([false, false, true]);
    expect(third.lockedUntil).toEqual(later(60_000));
    expect(afterFailure(third, later(59_999), policy)).toEqual({ ...third, locksNow: false });
    expect([isLocked(third, later(59_999)), isLocked(third, later(60_000))]).toEqual([true, false]);
    expect(afterFailure(third, later(60_000), policy)).toMatchObject({ failedLogIns: 1, locksNow: false });
  });
});

describe('one-time codes', () => {
  const secret = newTotpSecret();
  const codeAt = (at: Date): string => generateSync({ secret, epoch: Math.floor(at.getTime() / 1_000) });

  it('follow RFC 6238 (appendix B, SHA-1, the last six digits)', () => {
    const rfc = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(totpStep(rfc, '287082', new Date(59_000), null)).toBe(1);
    expect(totpStep(rfc, '081804', new Date(1_111_111_109_000), null)).toBe(37_037_036);
    expect(totpStep(rfc, '081805', new Date(1_111_111_109_000), null)).toBeUndefined();
  });

  it('are right once: the same code and older ones are refused after their step was used', () => {
    const step = totpStep(secret, codeAt(NOW), NOW, null)!;
    expect(totpStep(secret, codeAt(NOW), NOW, step)).toBeUndefined();
    expect(totpStep(secret, codeAt(later(-30_000)), NOW, step)).toBeUndefined();
    expect(totpStep(secret, codeAt(later(30_000)), later(30_000), step)).toBe(step + 1);
  });

  it('allow clocks one step apart, and not two', () => {
    expect(totpStep(secret, codeAt(later(-30_000)), NOW, null)).toBeDefined();
    expect(totpStep(secret, codeAt(later(-60_000)), NOW, null)).toBeUndefined();
    expect(totpStep(secret, codeAt(later(60_000)), NOW, null)).toBeUndefined();
  });

  it.each(['', '12345', '1234567', 'abcdef', '12 345'])('take %j for no code', (code) =>
    expect(totpStep(secret, code, NOW, null)).toBeUndefined(),
  );

  it('have a secret that lies sealed, bound to its account', () => {
    const key = randomBytes(32);
    const seal = secretSeal({ derive: () => key });
    const sealed = seal.seal('cb-0412', secret);
    expect(sealed.includes(secret)).toBe(false);
    expect(seal.open('cb-0412', sealed)).toBe(secret);
    expect(() => seal.open('cb-0413', sealed)).toThrow('does not authenticate');
    expect(totpUri(secret, 'thu.nghiem')).toContain(`secret=${secret}`);
  });
});

describe('an account', () => {
  it('is idle after 45 days without a log-in, and due for review after six months', () => {
    expect(isIdle(NOW, later(45 * DAY_MS))).toBe(false);
    expect(isIdle(NOW, later(45 * DAY_MS + 1))).toBe(true);
    expect(reviewDueAt(NOW)).toEqual(later(183 * DAY_MS));
  });

  const account = { mustChangePassword: false, mustEnrolTotp: false, hasTotp: false, roles: ['manager' as const] };
  it.each([
    ['nothing', account, []],
    ['a second factor where a role demands it', { ...account, roles: ['administrator' as const] }, ['totp']],
    ['nothing when it has one', { ...account, roles: ['administrator' as const], hasTotp: true }, []],
    ['a new one after it was taken away', { ...account, mustEnrolTotp: true }, ['totp']],
    ['another password than the one it was given', { ...account, mustChangePassword: true }, ['password']],
    ['both', { ...account, mustEnrolTotp: true, mustChangePassword: true }, ['totp', 'password']],
  ])('has to do %s first', (_, given, steps) => expect(pendingSteps(given, ['administrator'])).toEqual(steps));
});

describe('a session', () => {
  const limits = { idleMs: 60_000, absoluteMs: 600_000 };
  const session = { seenAt: NOW, expiresAt: later(600_000) };

  it('ends when it was not used, and at its absolute end however much it was used', () => {
    expect(isSessionOver(session, later(60_000), limits)).toBe(false);
    expect(isSessionOver(session, later(60_001), limits)).toBe(true);
    expect(isSessionOver({ ...session, seenAt: later(599_999) }, later(600_000), limits)).toBe(true);
    expect([isSeenStale(NOW, later(29_999)), isSeenStale(NOW, later(30_000))]).toEqual([false, true]);
  });

  it('has a token against cross-site requests of its own', () => {
    const [mine, yours] = [newToken(), newToken()];
    expect(isCsrfToken(mine, csrfToken(mine))).toBe(true);
    expect(isCsrfToken(mine, csrfToken(yours))).toBe(false);
    expect(isCsrfToken(mine, '')).toBe(false);
    expect(csrfToken(mine)).not.toContain(mine);
  });
});

describe('a first password', () => {
  const seed = Buffer.alloc(32, 7);
  const change = { id: '0199-1', clientId: 'cb-0001' };

  it('is brought by the kinds that set one', () => {
    expect(CHANGE_KINDS.filter(bringsPassword)).toEqual(['create-account', 'reset-password']);
  });

  it('has halves of 72 bits that are made again, and do not follow from one another', () => {
    const request = { by: 'administrator', key: 'k', clientId: change.clientId };
    const [first, second] = [proposersHalf(seed, request), confirmersHalf(seed, change)];
    expect([first, second]).toEqual([expect.stringMatching(/^[\w-]{12}$/), expect.stringMatching(/^[\w-]{12}$/)]);
    expect(proposersHalf(seed, { ...request })).toBe(first);
    expect(confirmersHalf(seed, { ...change, id: '0199-2' })).not.toBe(second);
    expect(proposersHalf(seed, { by: change.id, key: change.clientId, clientId: '' })).not.toBe(second);
  });
});

describe('what is asked of a provider', () => {
  it('is asked once for all at the same time, and after a failure not again for seconds', async () => {
    let now = NOW;
    const answers: (string | Error)[] = [new Error('away'), 'there', 'later'];
    let asked = 0;
    const ask = remembered(
      async () => {
        const answer = answers[asked++];
        if (answer instanceof Error) throw answer;
        return answer;
      },
      () => now,
    );
    const outcomes = await Promise.allSettled([ask(), ask()]);
    expect([outcomes.map(({ status }) => status), asked]).toEqual([['rejected', 'rejected'], 1]);
    now = later(4_999);
    await expect(ask()).rejects.toThrow('away');
    now = later(5_001);
    expect(await Promise.all([ask(), ask()])).toEqual(['there', 'there']);
    expect(asked).toBe(2);
    now = later(5_001 + 3_600_000);
    expect(await ask()).toBe('later');
  });
});

describe('a change of access', () => {
  const change = { proposedBy: 'administrator', state: 'open' as const, expiresAt: changeExpiry(NOW) };

  const second = { by: 'administrator2', now: NOW };
  it.each([
    ['a second administrator in time', {}, second, undefined],
    ['the proposer', {}, { ...second, by: 'administrator' }, 'own-request'],
    ['anybody after a day', {}, { ...second, now: later(DAY_MS) }, 'access-change-expired'],
    ['anybody when it has expired', { state: 'expired' as const }, second, 'access-change-expired'],
    ['anybody twice', { state: 'confirmed' as const }, second, 'access-change-not-open'],
    ['anybody after a no', { state: 'declined' as const }, second, 'access-change-not-open'],
  ])('knows whether it may be confirmed by %s', (_, given, { by, now }, refusal) =>
    expect(confirmRefusal({ ...change, ...given }, by, now)).toBe(refusal),
  );

  it('stops at once what may be in wrong hands, and no administrator', () => {
    expect(stopsAtOnce('disable', { roles: ['operator'] })).toBe(true);
    expect(stopsAtOnce('disable', { roles: ['operator', 'administrator'] })).toBe(false);
    expect(stopsAtOnce('set-access', { roles: ['operator'] })).toBe(false);
  });

  it('knows when an administrator goes', () => {
    const loses = (kind: ChangeKind, content: object): boolean =>
      losesAdministrator({ kind, content }, ['administrator']);
    expect(loses('disable', {})).toBe(true);
    expect(loses('set-access', { roles: ['manager'] })).toBe(true);
    expect(loses('set-access', { units: ['99001'] })).toBe(false);
    expect(loses('reset-totp', {})).toBe(false);
  });

  it.each<[ChangeKind, object, string | undefined]>([
    ['create-account', { username: 'thu.nghiem', roles: ['operator'] }, undefined],
    ['create-account', { roles: ['operator'] }, 'username'],
    ['create-client', { kind: 'machine', roles: ['integrator'], addresses: ['nowhere'] }, 'addresses'],
    ['create-client', { kind: 'machine', roles: ['integrator', 'approver'] }, 'roles'],
    ['create-client', { kind: 'machine', roles: ['integrator'] }, undefined],
    ['create-client', { kind: 'person', roles: ['approver'] }, 'kind'],
    ['set-access', {}, 'roles'],
    ['set-access', { units: null }, undefined],
    ['set-access', { username: 'x' }, 'username'],
    ['disable', { roles: ['operator'] }, 'roles'],
    ['link-oidc', { issuer: 'https://id.test' }, 'subject'],
  ])('of kind %s says what it has to and nothing else: %j', (kind, content, field) =>
    expect(proposalFault(kind, content)?.field).toBe(field),
  );
});
