const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function codePointText(digits: string, radix: number): string | undefined {
  const code = Number.parseInt(digits, radix);
  const isAllowed = Number.isFinite(code) && code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isAllowed ? String.fromCodePoint(code) : undefined;
}

/** Decodes the five predefined and the numeric character references of XML 1.0, once (no expansion of what comes out).
 *  Undefined when the text holds any other reference or a bare ampersand: those would need a DTD, which is never read. */
export function decodeXmlText(text: string): string | undefined {
  let isClean = true;
  const decoded = text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([A-Za-z]\w{0,31}));|&/g,
    (_whole, hex?: string, decimal?: string, name?: string) => {
      const value =
        hex !== undefined
          ? codePointText(hex, 16)
          : decimal !== undefined
            ? codePointText(decimal, 10)
            : PREDEFINED[name ?? ''];
      if (value === undefined) isClean = false;
      return value ?? '';
    },
  );
  return isClean ? decoded : undefined;
}
