type Attributes = Readonly<Record<string, string>>;

/** An element with text. Text is only ever set as text, so nothing from outside becomes markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function button(
  text: string,
  onClick: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', onClick);
  return made;
}

/** A table with a caption and headers that screen readers announce. Columns of numbers are set right. */
export function dataTable(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): HTMLTableElement {
  const cls = (index: number): Attributes => (numeric.includes(index) ? { class: 'number' } : {});
  const head = element(
    'tr',
    {},
    ...header.map((text, index) => element('th', { scope: 'col', ...cls(index) }, text)),
  );
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((text, index) =>
        index === 0 ? element('th', { scope: 'row' }, text) : element('td', cls(index), text),
      ),
    ),
  );
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, head),
    element('tbody', {}, ...body),
  );
}

let lastId = 0;

export function newId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${String(lastId)}`;
}
