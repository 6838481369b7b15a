// The fewest insertions, deletions and substitutions of items that turn one list into another (Levenshtein 1966). What counts as an item, words
// or characters, is the caller's choice; nothing is moved as a whole, as the translation edit rate would.

export function editDistance(own: readonly string[], other: readonly string[]): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [row, item] of own.entries()) {
    const line = [row + 1];
    for (const [column, theirs] of other.entries()) {
      line.push(Math.min(above[column]! + (item === theirs ? 0 : 1), above[column + 1]! + 1, line[column]! + 1));
    }
    above = line;
  }
  return above.at(-1)!;
}
