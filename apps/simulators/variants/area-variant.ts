import type { FiredFaults } from '../faults/fired-faults';
import type { Fields } from '../server/fields';

/** Leaves of DVCLT's content that hold an area code; the addresses themselves are text. */
const AREA_LEAVES: readonly string[] = ['nksNoiSinhDVHC'];
const AREA_CODES: readonly string[] = ['maTinh', 'maHuyen', 'maXa', 'ndkksMaTinh', 'ndkksMaHuyen', 'ndkksMaXa'];

/** Q45 in DVCLT's content: the code is empty, the text full; with the value `unit` also `noiDangKy`. */
export function withEmptyAreas<T extends Fields>(content: T, faults: FiredFaults): T {
  if (!faults.isOn('emptyArea')) return content;
  const emptied = faults.value('emptyArea') === 'unit' ? [...AREA_LEAVES, 'noiDangKy'] : AREA_LEAVES;
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name, emptied.includes(name) ? '' : value]),
  ) as T;
}

/** The same in a result of hộ tịch: the codes are null, also inside the address objects. */
export function withoutAreaCodes(value: unknown, faults: FiredFaults): unknown {
  if (!faults.isOn('emptyArea') || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      AREA_CODES.includes(name) ? null : withoutAreaCodes(inner, faults),
    ]),
  );
}
