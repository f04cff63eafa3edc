/** Writes to the terminal; with `--json` one JSON value and nothing else. */
export interface Printer {
  /** `value` for `--json`, `text` for a person. */
  show(value: unknown, text: () => string): void;
}

export function printer(
  isJson: boolean,
  write: (text: string) => void = (text) => process.stdout.write(text),
): Printer {
  return { show: (value, text) => write(isJson ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`) };
}

/** `2026-11-25T09:00:00.000+07:00` → `25/11/2026 09:00:00`: local times as officers write them. */
export function localTime(instant: string | null | undefined): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}:\d{2})/.exec(instant ?? '');
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]} ${parts[4]}` : null;
}

/** `90 s`, `5 min`, `3 h`, `4 d`. */
export function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** `vn.lienthong.registration.completed.v1` → `registration.completed`. */
export function shortType(type: string): string {
  return type.replace(/^vn\.lienthong\./, '').replace(/\.v\d+$/, '');
}
