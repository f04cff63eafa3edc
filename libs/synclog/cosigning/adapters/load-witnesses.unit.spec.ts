import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '#testing';
import { loadWitnesses } from './load-witnesses';

const CONFIG = join(__dirname, '../../../../config');
const VKEY = 'witness.example/w1+04d2d833+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM';
const LOG_VKEY = 'lienthong.example/synclog+75205df1+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea';

describe('the list of witnesses', () => {
  function load(text: string): ReturnType<typeof loadWitnesses> {
    const dir = temporaryDir('witnesses');
    cpSync(join(CONFIG, 'witnesses.schema.json'), join(dir, 'witnesses.schema.json'));
    writeFileSync(join(dir, 'witnesses.yaml'), text);
    return loadWitnesses(dir);
  }

  it('is empty as it is shipped', () => {
    expect(loadWitnesses(CONFIG)).toEqual({ everyMs: 2_000, witnesses: [] });
    expect(readFileSync(join(CONFIG, 'witnesses.yaml'), 'utf8')).toContain(`# - vkey: witness.`);
  });

  it('names each by its verifier key, and reads its checkpoints where it says', () => {
    const { everyMs, witnesses } = load(`everyMs: 500
witnesses:
  - { vkey: ${VKEY}, url: 'https://witness.example/w1/' }`);
    expect(everyMs).toBe(500);
    expect(witnesses).toMatchObject([
      {
        name: 'witness.example/w1',
        vkey: VKEY,
        url: 'https://witness.example/w1',
        monitoringUrl: 'https://witness.example/w1',
      },
    ]);
    const other = load(`everyMs: 500
witnesses:
  - { vkey: ${VKEY}, url: 'http://10.0.0.1:8080', monitoringUrl: 'https://read.example/w' }`);
    expect(other.witnesses[0]).toMatchObject({ url: 'http://10.0.0.1:8080', monitoringUrl: 'https://read.example/w' });
  });

  it.each([
    ['the key of a log', `- { vkey: ${LOG_VKEY}, url: 'https://w.example' }`, '/witnesses/0/vkey'],
    ['no key', `- { vkey: witness, url: 'https://w.example' }`, '/witnesses/0/vkey'],
    ['no address', `- { vkey: ${VKEY}, url: w.example }`, '/witnesses/0/url'],
    [
      'one twice',
      `- { vkey: ${VKEY}, url: 'https://a.example' }\n- { vkey: ${VKEY}, url: 'https://b.example' }`,
      'twice',
    ],
    ['an unknown member', `- { vkey: ${VKEY}, url: 'https://w.example', key: x }`, '/witnesses/0'],
  ])('is refused with %s', (_what, list, where) => {
    expect(() => load(`everyMs: 2000\nwitnesses:\n${list.replaceAll(/^/gm, '  ')}`)).toThrow(
      expect.objectContaining({ code: 'configuration-invalid', detail: expect.stringContaining(where) }),
    );
  });
});
