/** True when a code is what a pattern of the configuration says; `*` stands for any part. */
export function matchesPattern(pattern: string, code: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(code);
}
