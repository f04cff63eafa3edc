import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadUnits } from './load-units';

const CONFIG_DIR = join(__dirname, '../../../config');

function folderWith(yaml: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'units-'));
  copyFileSync(join(CONFIG_DIR, 'units.schema.json'), join(dir, 'units.schema.json'));
  writeFileSync(join(dir, 'units.yaml'), yaml);
  return dir;
}

describe('config/units.yaml', () => {
  it('reports every error at once', () => {
    const dir = folderWith(`units: [{ code: '123', name: x }, { code: 99001, name: y }]\nsuccessors: []\n`);
    expect(() => loadUnits(dir)).toThrow(
      expect.objectContaining({
        code: 'configuration-invalid',
        detail: expect.stringMatching(/units\/0\/code[\s\S]*units\/1\/code/) as string,
      }),
    );
  });

  it('refuses a successor that is no unit', () => {
    const dir = folderWith(
      `units: [{ code: '99001', name: x }]\nsuccessors: [{ old: '99101', new: '99999', from: '2025-07-01', basis: x }]\n`,
    );
    expect(() => loadUnits(dir)).toThrow(/successor 99999 of 99101 is no unit/);
  });
});
