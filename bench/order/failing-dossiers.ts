/** Dossiers that fail are spread evenly over the order of filing: the same places in every run, so that the healthy ones are the same too. */
export function isFailing(place: number, share: number): boolean {
  if (share === 0) return false;
  const every = Math.round(1 / share);
  return place % every === every - 1;
}

/** Operations that write, by system. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  dvclt: ['status'],
  hotich: ['nhanHoSoDKHT'],
  dvcqg: ['DongBoHoSoMC', 'CapNhatTienDoHoSoMC'],
  onestop: ['tiepNhanHoSo', 'capNhatTrangThai'],
};
const SYSTEMS = Object.keys(WRITES);
/** A dossier that recovers does so after so many failures of each operation. */
const FAILURES = 3;

/** Rules of `POST /_sim/faults`: each failing dossier fails at one partner, all four in turn, in each write. Half of them until somebody
 *  clears the faults, so that their lanes fill; half for three tries, since that is when a retried call may be overtaken. */
export function failureRules(codes: readonly string[], share: number): object[] {
  const failing = codes.filter((_, place) => isFailing(place, share));
  return failing.flatMap((code, number) => {
    const system = SYSTEMS[number % SYSTEMS.length];
    const until = Math.floor(number / SYSTEMS.length) % 2 === 0 ? {} : { until: FAILURES };
    const value = { form: 'html', status: 503 };
    return WRITES[system].map((operation) => ({ system, operation, switch: 'noise', value, code, ...until }));
  });
}

/** Every call of every system takes so long. */
export function slowness(partnerMs: number): object[] {
  return SYSTEMS.map((system) => ({ system, switch: 'slowMs', value: partnerMs }));
}
