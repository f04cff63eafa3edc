/**
 * Another spelling of a partner's message (Q44).
 * @param variant `case` swaps the case of every letter, `nfd` decomposes, `spaces` doubles white space; any other text replaces the message
 */
export function textVariant(variant: string): (text: string) => string {
  if (variant === 'case') return swapCase;
  if (variant === 'nfd') return (text) => text.normalize('NFD');
  if (variant === 'spaces') return (text) => ` ${text.replaceAll(' ', '  ')} `;
  return (text) => (text === '' ? text : variant);
}

function swapCase(text: string): string {
  return [...text]
    .map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
    .join('');
}
