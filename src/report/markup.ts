/**
 * HTML and SVG as a tagged template in which every value is escaped unless it is markup itself, so that no text of a corpus can
 * become a tag, an attribute or a script. It knows no elements: the templates spell them out. Attributes must be quoted.
 */

/** A piece of finished markup; only `markup` makes one. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: text and numbers are escaped, markup stands as it is, a list is joined, undefined is nothing. */
export type Content = string | number | Markup | undefined | readonly Content[];

/** Fills a template. */
export function markup(template: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(template.map((part, index) => part + (index < values.length ? render(values[index]) : '')).join(''));
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  return content.map(render).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text that is safe between tags and inside quoted attributes; characters HTML forbids become the replacement character. */
export function escapeText(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Cs}]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => entities[character]!);
}
