// Finds the place where a text stops being JSON (RFC 8259), which JSON.parse does not always tell, and keys that an
// object names twice, which JSON.parse silently drops. A loop with its own stack: depth costs no call stack. Builds no value.
import { quoted } from './quoted.ts';

export type JsonProblem = { readonly offset: number; readonly what: string };

type Container = { readonly close: '}' | ']'; readonly keys: Set<string> };

/** What may stand next; `first-` also allows the container to close at once. */
type Next = 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'after';

/**
 * @param limits `uniqueKeys`: a repeated key is a problem; `maxDepth`: containers inside each other.
 * @returns the first problem by offset (UTF-16 units), or undefined where the text is sound.
 */
export function findJsonProblem(
  text: string,
  { uniqueKeys = false, maxDepth = Infinity }: { uniqueKeys?: boolean; maxDepth?: number } = {},
): JsonProblem | undefined {
  const open: Container[] = [];
  let next: Next = 'value';
  let place = 0;
  for (;;) {
    place = endOf(/[ \t\n\r]*/y, text, place);
    const char = text[place];
    const inside = open.at(-1);
    const fail = (what: string): JsonProblem => ({ offset: place, what });
    if (char === undefined) return next === 'after' && inside === undefined ? undefined : fail('the text ends too early');
    if (char === inside?.close && (next === 'after' || next.startsWith('first-'))) {
      open.pop();
      next = 'after';
      place += 1;
      continue;
    }
    switch (next) {
      case 'after':
        if (inside === undefined) return fail('something follows the end of the value');
        if (char !== ',') return fail(`',' or '${inside.close}' is missing`);
        next = inside.close === '}' ? 'key' : 'value';
        place += 1;
        break;
      case 'colon':
        if (char !== ':') return fail("':' is missing after a key");
        next = 'value';
        place += 1;
        break;
      case 'key':
      case 'first-key': {
        const end = endOfString(text, place);
        if (end < 0) return fail('a key in double quotes is missing');
        if (uniqueKeys) {
          const key = JSON.parse(text.slice(place, end)) as string; // unescaped: "a" and "\u0061" are one key
          if (inside?.keys.has(key)) return fail(`the key ${quoted(key)} stands twice`);
          inside?.keys.add(key);
        }
        next = 'colon';
        place = end;
        break;
      }
      case 'value':
      case 'first-value': {
        if (char === '{' || char === '[') {
          if (open.length === maxDepth) return fail(`more than ${maxDepth} levels of nesting`);
          open.push({ close: char === '{' ? '}' : ']', keys: new Set() });
          next = char === '{' ? 'first-key' : 'first-value';
          place += 1;
          break;
        }
        const end = char === '"' ? endOfString(text, place) : endOf(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y, text, place);
        if (end <= place) return fail(char === '"' ? 'a string is broken' : 'a value is missing or misspelt');
        next = 'after';
        place = end;
      }
    }
  }
}

/** Lines and columns are counted from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** Where a sticky pattern that starts at `place` ends; -1 where it does not match. */
function endOf(pattern: RegExp, text: string, place: number): number {
  pattern.lastIndex = place;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** The end of the string literal at `place`, or -1. Walks from one special character to the next: no backtracking on long ones. */
function endOfString(text: string, place: number): number {
  if (text[place] !== '"') return -1;
  const special = /["\\\u0000-\u001f]/g;
  special.lastIndex = place + 1;
  for (let found = special.exec(text); found !== null; found = special.exec(text)) {
    if (found[0] === '"') return special.lastIndex;
    if (found[0] !== '\\') return -1;
    const end = endOf(/["\\/bfnrt]|u[0-9a-fA-F]{4}/y, text, special.lastIndex);
    if (end < 0) return -1;
    special.lastIndex = end;
  }
  return -1;
}
