/** Longest piece of a record's text that is shown in one place; the raw record can be copied in full. */
const maxShownChars = 200;

/**
 * Control characters, line breaks, halves of characters, and whatever hides or reorders text (bidirectional
 * overrides, zero width, fillers, tags): shown as `\u{202e}` so that a record cannot pretend to be another.
 * U+FE0E and U+FE0F stay: they only choose between two pictures of an emoji.
 */
const invisible =
  /(?![\ufe0e\ufe0f])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu;

/** Nearly all text there is, and nothing in it to hide: thousands of rows are drawn at once. */
const printableAscii = /^[ -~]*$/;

/** Keeps `$(icon)` and `[text](link)` from being recognised; takes no room and is silent. */
const wordJoiner = '\u2060';

/**
 * Text from outside on one plain line: nothing hidden, nothing longer than `maxChars`. For places that
 * render no icons and no links; nearly all places want `label` or `markdown`.
 */
export function plain(text: string, maxChars = maxShownChars): string {
  if (text.length <= maxChars && printableAscii.test(text)) {
    return text;
  }
  const visible = text
    .slice(0, maxChars * 2)
    .replace(/\r\n?|\n/g, ' ⏎ ')
    .replace(/\t/g, ' ')
    .replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  const characters = Array.from(visible);
  return characters.length > maxChars || text.length > maxChars * 2
    ? `${characters.slice(0, maxChars - 1).join('')}…`
    : visible;
}

/**
 * Text from outside for labels: status bar, tree, quick pick, input box, notification. Those render
 * `$(name)` as an icon and `[text](command:…)` as a link; here both stay what they are, letters.
 */
export function label(text: string, maxChars = maxShownChars): string {
  return plain(text, maxChars)
    .replace(/\$(?=\()/g, `$${wordJoiner}`)
    .replace(/\](?=\()/g, `]${wordJoiner}`);
}

/**
 * Text from outside inside Markdown. CommonMark lets every ASCII punctuation mark be escaped, so all are:
 * no emphasis, link, autolink, entity, HTML or table cell can come out of it. Spaces at the ends are written
 * as entities: otherwise they would be dropped, or make a block of code.
 */
export function markdown(text: string, maxChars = maxShownChars): string {
  return plain(text, maxChars)
    .replace(/[!-/:-@[-`{-~]/g, '\\$&')
    .replace(/^\s+|\s+$/g, (spaces) =>
      Array.from(spaces, (space) => `&#${String(space.charCodeAt(0))};`).join(''),
    );
}
