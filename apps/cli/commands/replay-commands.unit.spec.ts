import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '../client/api-client';
import { planText, type Plan } from './replay-text';
import { editsOf } from './replay-typed';
import { followed } from './replay-follow';

const COUNTS = { sent: 0, done: 0, failed: 0, settled: 0, cancelled: 0, skipped: 0 };

function planOf(more: Partial<Plan>): Plan {
  return {
    id: 'p1',
    action: 'replay',
    source: 'dead-letters',
    state: 'draft',
    selection: {},
    items: 5,
    dossiers: 5,
    editedFields: null,
    reasonCode: 'other',
    reason: 'test',
    requestedBy: 'operator',
    createdAt: '2026-11-26T13:33:50.000+07:00',
    ratePerSecond: 10,
    maxErrorShare: 0.05,
    dryRunAt: null,
    looked: 0,
    totals: null,
    hash: null,
    needsApproval: null,
    approvedBy: null,
    approvalExpiresAt: null,
    startedBy: 'operator',
    startedAt: '2026-11-26T13:33:53.000+07:00',
    endedAt: null,
    counts: COUNTS,
    left: 5,
    wave: 1,
    secondsLeft: null,
    stop: null,
    ...more,
  };
}

describe('the text of a plan', () => {
  it.each([
    ['prediction-changed', 'dry-run p1'],
    ['too-many-errors', 'resume p1'],
    ['too-slow', 'resume p1'],
    ['breaker-open', 'resume p1'],
    ['partner-held', 'resume p1'],
  ])('says what a stop by %s means, and the next command', (code, next) => {
    const text = planText(planOf({ state: 'stopped', stop: { code } }));
    expect(text).toMatch(/^means {2,}\w/m);
    expect(text).toContain(`Next: npx lienthong replay ${next}`);
  });

  it('tells nobody to go on with a cancelled plan that had stopped', () => {
    const text = planText(planOf({ state: 'cancelled', stop: { code: 'partner-held' } }));
    expect(text).toContain('partner-held');
    expect(text).not.toMatch(/^means/m);
    expect(text).not.toContain('Next:');
  });

  it('points at the failed items of a plan that is done', () => {
    const text = planText(planOf({ state: 'done', counts: { ...COUNTS, sent: 2, done: 1, failed: 1 } }));
    expect(text).toContain('replay items p1 --state failed');
  });
});

describe('watching a plan', () => {
  it('ends only when what a stopped plan had sent has ended, and tells each change once', async () => {
    const underWay = planOf({ state: 'stopped', counts: { ...COUNTS, sent: 2, done: 1 } });
    const ended = planOf({ state: 'stopped', counts: { ...COUNTS, sent: 2, done: 1, failed: 1 } });
    const answers = [underWay, underWay, ended];
    const api = { get: () => Promise.resolve(answers.shift()) } as unknown as ApiClient;
    const lines: string[] = [];
    expect(await followed(api, 'p1', (line) => lines.push(line))).toBe(ended);
    expect(lines).toHaveLength(2);
  });
});

describe('corrections from a file', () => {
  let dir: string;
  beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'lienthong-edits-'))));
  afterAll(() => rmSync(dir, { recursive: true }));
  const fileOf = (text: string): string => {
    const file = join(dir, 'edits.json');
    writeFileSync(file, text);
    return file;
  };

  it('are the list that the file holds', () => {
    expect(editsOf(fileOf('[{"field":"chaDanToc","value":"11"}]'))).toEqual([{ field: 'chaDanToc', value: '11' }]);
  });

  it.each(['[]', '{"field":"chaDanToc"}'])('are refused when the file holds %s', (text) => {
    expect(() => editsOf(fileOf(text))).toThrow('a JSON list that is not empty');
  });

  it('are refused without a word of what a broken file holds', () => {
    const refused = (): unknown => editsOf(fileOf('[{"value":"Tên Mẫu" oops'));
    expect(refused).toThrow('is not JSON');
    expect(refused).not.toThrow('Mẫu');
  });
});
