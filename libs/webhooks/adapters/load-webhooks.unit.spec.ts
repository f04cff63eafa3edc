import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWebhooks } from './load-webhooks';

const CONFIG = join(__dirname, '../../../config');

describe('config/webhooks.yaml', () => {
  let dir: string;
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'webhooks-'))));
  afterEach(() => rmSync(dir, { recursive: true }));
  const load = (text: string) => {
    writeFileSync(join(dir, 'webhooks.yaml'), text);
    return loadWebhooks(dir);
  };
  const fault = (text: string): string => {
    try {
      load(text);
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('names no receiver as shipped, and its example is right', () => {
    expect(loadWebhooks(CONFIG)).toEqual([]);
    const example = readFileSync(join(CONFIG, 'webhooks.yaml'), 'utf8')
      .replace('webhooks: []', '')
      .replace('# - id:', 'webhooks:\n- id:')
      .replaceAll('#   ', '  ');
    expect(load(example)).toMatchObject([
      { id: 'one-stop', client: 'one-stop', startAfter: 0, deadlineMs: 10_000, stopAfterMs: 259_200_000 },
    ]);
  });

  it('may be absent: a folder of before', () => expect(loadWebhooks(dir)).toEqual([]));

  it('reads paths from its own folder', () => {
    const [webhook] = load('webhooks: [{id: a-b, url: "https://x.example/h", tls: {caFile: ca.pem}}]');
    expect(webhook).toMatchObject({ startAfter: null, tls: { caFile: join(dir, 'ca.pem') } });
    expect(webhook).not.toHaveProperty('client');
  });

  it.each([
    ['webhooks: [{id: a-b, url: "http://x.example/h"}]', 'must begin https://'],
    ['webhooks: [{id: a-b, url: "http://127.0.0.1/h", tls: {caFile: ca.pem}}]', 'needs a url that begins https://'],
    ['webhooks: [{id: a-b, url: "https://x.example/h"}, {id: a-b, url: "https://x.example/h"}]', 'one id twice'],
    ['webhooks: [{id: a-b, url: "https://x.example/h", secret: x}]', 'additional properties'],
    ['webhooks: [{id: a-b, url: "https://x.example/h", tls: {keyFile: k}}]', 'certificateFile'],
    ['webhooks: [{id: a-b, url: "https://x.example/h", client: "A B"}]', 'must match pattern'],
    ['webhooks: [{id: A/B, url: "https://x.example/h"}]', 'must match pattern'],
  ])('is refused: %s', (text, said) => expect(fault(text)).toContain(said));

  it('may post to this machine without TLS', () => {
    expect(fault('webhooks: [{id: a-b, url: "http://127.0.0.1:8080/h"}]')).toBe('none');
  });
});
