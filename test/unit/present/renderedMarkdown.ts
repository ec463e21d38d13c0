import MarkdownIt from 'markdown-it';

/** More is let through than in VS Code: raw HTML and bare addresses too. */
const renderer = new MarkdownIt({ html: true, linkify: true });

/** What a Markdown renderer makes of a text. */
export interface Rendered {
  /** Names of all tags, in order: `p`, `/p`, `a`. */
  readonly tags: readonly string[];
  /** Where links and images lead, entities decoded. */
  readonly links: readonly string[];
  /** What is read on the screen; one line per line and paragraph. */
  readonly text: string;
}

export function rendered(markdown: string): Rendered {
  const html = renderer.render(markdown);
  const tags = [...html.matchAll(/<(\/?[^\s>]+)[^>]*>/g)].map((match) => match[1] ?? '');
  const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) =>
    decodeEntities(match[1] ?? ''),
  );
  return { tags, links, text: decodeEntities(html.replace(/<[^>]*>/g, '')).replace(/\n$/, '') };
}

function decodeEntities(html: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return html.replace(/&(lt|gt|quot|amp);/g, (_all, name: string) => characters[name] ?? '');
}
