// Character codes by name. Plain constants and not an enum or an object: the scanner compares
// hundreds of thousands of them before the JIT has compiled anything.

export const tab = 9;
export const newline = 10;
export const carriageReturn = 13;
export const space = 32;
export const quote = 34;
export const hash = 35;
export const dollar = 36;
export const percent = 37;
export const openParen = 40;
export const closeParen = 41;
export const asterisk = 42;
export const comma = 44;
export const hyphen = 45;
export const slash = 47;
export const colon = 58;
export const lessThan = 60;
export const equals = 61;
export const greaterThan = 62;
export const openBracket = 91;
export const backslash = 92;
export const closeBracket = 93;
export const openBrace = 123;
export const closeBrace = 125;
export const byteOrderMark = 0xfeff;

const identStart = 1;
const identPart = 2;
const notable = 4;

const traits = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  traits[code] =
    (/[A-Za-z_]/.test(char) ? identStart : 0) |
    (/[A-Za-z0-9_-]/.test(char) ? identPart : 0) |
    ('\n"#/<()[]{}'.includes(char) ? notable : 0);
}

/** May begin an identifier. Outside ASCII everything may: being exact there would not help anybody. */
export function isIdentStart(code: number): boolean {
  return code < 128 ? ((traits[code] ?? 0) & identStart) !== 0 : code !== byteOrderMark;
}

/** May continue an identifier. False for `NaN`, that is, behind the end of the text. */
export function isIdentPart(code: number): boolean {
  return code < 128 ? ((traits[code] ?? 0) & identPart) !== 0 : code >= 128;
}

/** 1 for the ASCII characters that mean something to a reader who only looks for the end of a bracket. */
export const isNotable: Uint8Array = traits.map((trait) => ((trait & notable) === 0 ? 0 : 1));

/** Space, tab and carriage return, but not the newline: that one ends statements. */
export function isBlank(code: number): boolean {
  return code === space || code === tab || code === carriageReturn;
}
