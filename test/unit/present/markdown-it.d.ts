/** markdown-it ships no types. Only what the tests use. */
declare module 'markdown-it' {
  class MarkdownIt {
    constructor(options?: { readonly html?: boolean; readonly linkify?: boolean });
    render(source: string): string;
  }
  export = MarkdownIt;
}
