const CODE_LIKE = /^(H99|G22|KQ|\d{5}\.G[CB])/;

/** The generated persons' names, identity numbers, phones, addresses and e-mails in a case's facts: what must stay in the vault. */
export function personalStrings(facts: unknown): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (isPersonal(value)) found.push(value);
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(facts);
  return found;
}

/** Identity numbers and phones; texts of two words and more (names, addresses, causes); e-mail addresses. */
function isPersonal(text: string): boolean {
  if (CODE_LIKE.test(text)) return false;
  return /^(999\d{9}|0\d{9})$/.test(text) || /^\S+@\S+$/.test(text) || /^\p{L}{2,}( \p{L}+)+/u.test(text);
}
