/**
 * How many terminal columns a text takes: wide East Asian characters and emoji take two, combining marks and colour codes none.
 * The ranges are those of Unicode's East Asian Width W and F that a terminal meets; a terminal may still differ on rare emoji.
 * Padding and clipping live here; no text is written.
 */
import { stripVTControlCharacters } from 'node:util';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]/u;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;

/** Terminal columns of one line of text. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) || /\p{Emoji_Presentation}|\ufe0f/u.test(grapheme) ? 2 : 1;
}

/** The text with spaces to `width` columns; a wider text stays as it is. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + space : space + text;
}

/** The text cut to `width` columns, an ellipsis in its last one where something was cut. Colour codes are dropped from a text that is cut. */
export function clipText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width < 1) return '';
  let clipped = '';
  let taken = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    taken += graphemeWidth(segment);
    if (taken > width - 1) break;
    clipped += segment;
  }
  return `${clipped}…`;
}

/** One line: line breaks, tabs and other control characters become spaces, so that foreign text can neither break nor colour a line. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
