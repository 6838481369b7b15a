// The words that WMT's scorer mteval-v13a counts, as sacreBLEU's tokenizer `13a` cuts them (Post 2018, arXiv:1804.08771): ASCII
// punctuation stands alone, but for points and commas between digits; other scripts are left as they are. Only for scoring.

/** What Python's `str.split()` takes for white space; JavaScript's \s has U+FEFF more and five controls less. */
const space = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const spaces = new RegExp(`[${space}]+`, 'gu');
const spacesAtEnd = new RegExp(`[${space}]+$`, 'u');

const entities: readonly (readonly [string, string])[] = [['&quot;', '"'], ['&amp;', '&'], ['&lt;', '<'], ['&gt;', '>']];

/** In this order, each over the whole line. */
const cuts: readonly (readonly [RegExp, string])[] = [
  [/[{-~[-` -&(-+:-@/]/gu, ' $& '],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])(-)/gu, '$1 $2 '],
];

/** The text cut at white space. */
export function splitAtSpaces(text: string): string[] {
  return text.split(spaces).filter((word) => word !== '');
}

/** The tokens of one line. */
export function tokens13a(text: string): string[] {
  let line = text.replace(spacesAtEnd, '').replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  if (line.includes('&')) for (const [entity, character] of entities) line = line.replaceAll(entity, character);
  line = ` ${line} `;
  for (const [pattern, replacement] of cuts) line = line.replace(pattern, replacement);
  return splitAtSpaces(line);
}
