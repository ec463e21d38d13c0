/**
 * As much of a page's elements as the driver reads. The tests are compiled without the browser's
 * types, which would let `window` and the like slip into the extension's code.
 */
export interface DomElement {
  readonly id: string;
  readonly className: string;
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  getClientRects(): { readonly length: number };
  querySelector(selector: string): DomElement | null;
}

/** Text as a person reads it: the editor's non-breaking spaces become plain, ends are trimmed. */
export function plainText(text: string | null | undefined): string {
  return (text ?? '').replace(/\u00a0/g, ' ').trim();
}
