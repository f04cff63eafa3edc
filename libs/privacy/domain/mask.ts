import type { Kind } from './labels';

/** One mask for all values of a kind: neither length nor first letter nor last digits, since in a commune of some hundred families each of them
 *  would tell who it is. */
const MASKS: Readonly<Record<Kind, string>> = {
  name: '••••• •••••',
  'identity-number': '••••••••••••',
  number: '•••••',
  date: '••.••.••••',
  phone: '••••••••••',
  email: '•••••@•••••',
  address: '•••••, •••••',
  code: '•••',
  text: '•••••',
};

/** What is shown in place of a value. */
export function maskOf(kind: Kind): string {
  return MASKS[kind];
}

/** Shorter ones are words of the language and codes of catalogues: masking them would blank every text and hide nothing. */
const MIN_TELLING = 4;

/** A text without these values: each is blanked wherever it stands, in whatever case. For texts that others wrote about a dossier, which may quote it. */
export function withoutValues(text: string, values: readonly string[]): string {
  const telling = [...new Set(values.map((value) => value.trim().normalize('NFC')))]
    .filter((value) => value.length >= MIN_TELLING)
    .sort((a, b) => b.length - a.length);
  if (telling.length === 0) return text;
  const pattern = telling
    .map((value) => value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+'))
    .join('|');
  return text.normalize('NFC').replace(new RegExp(pattern, 'giu'), '•••••');
}
