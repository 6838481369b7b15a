import test from 'ava';
import fc from 'fast-check';
import { findJsonProblem, lineAndColumn } from '../../src/storage/json-scan.ts';

test('agrees with JSON.parse on what is JSON: whole, cut, and with one character replaced', (t) => {
  const spaced = fc.tuple(fc.json(), fc.constantFrom(0, 1, '\t', ' \r\n')).map(([text, space]) => JSON.stringify(JSON.parse(text), null, space as never));
  const damage = fc.tuple(spaced, fc.nat(), fc.option(fc.constantFrom(...'{}[]",:0-.eE+tfn\\u/ \n\u0000x')));
  fc.assert(
    fc.property(damage, ([text, at, replacement]) => {
      const place = text.length === 0 ? 0 : at % text.length;
      const damaged = text.slice(0, place) + (replacement === null ? '' : replacement + text.slice(place + 1));
      let isJson = true;
      try {
        JSON.parse(damaged);
      } catch {
        isJson = false;
      }
      return (findJsonProblem(damaged) === undefined) === isJson && findJsonProblem(text) === undefined;
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

test('the first problem, at its place', (t) => {
  const cases: [text: string, offset: number, what: RegExp][] = [
    ['', 0, /ends too early/],
    ['  ', 2, /ends too early/],
    ['{"a": 1', 7, /ends too early/],
    ['{"a": x}', 6, /value is missing or misspelt/],
    ['{"a": 1,}', 8, /key in double quotes/],
    ["{'a': 1}", 1, /key in double quotes/],
    ['{"a" 1}', 5, /':' is missing/],
    ['[1 2]', 3, /',' or ']' is missing/],
    ['[1,]', 3, /value is missing/],
    ['{"a":1]', 6, /',' or '}' is missing/],
    ['1 2', 2, /follows the end/],
    ['["\\x"]', 1, /string is broken/],
    ['["a\nb"]', 1, /string is broken/],
    ['"open', 0, /string is broken/],
    ['\ufeff{}', 0, /value is missing/],
    ['01', 1, /follows the end/],
    ['nul', 0, /misspelt/],
  ];
  for (const [text, offset, what] of cases) {
    const problem = findJsonProblem(text);
    t.is(problem?.offset, offset, text);
    t.regex(problem?.what ?? '', what, text);
  }
});

test('a repeated key is found when asked for, also in another spelling, and not across objects', (t) => {
  t.is(findJsonProblem('{"a":1,"a":2}'), undefined);
  t.deepEqual(findJsonProblem('{"a":1,"\\u0061":2}', { uniqueKeys: true }), { offset: 7, what: 'the key "a" stands twice' });
  t.is(findJsonProblem('{"a":{"a":1},"b":[{"a":1},{"a":2}],"__proto__":1,"constructor":2}', { uniqueKeys: true }), undefined);
});

test('depth is bounded where asked, and costs no call stack', (t) => {
  const nested = '['.repeat(200_000) + ']'.repeat(200_000);
  t.is(findJsonProblem(nested), undefined);
  t.deepEqual(findJsonProblem(nested, { maxDepth: 3 }), { offset: 3, what: 'more than 3 levels of nesting' });
  t.is(findJsonProblem('[[[1]]]', { maxDepth: 3 }), undefined);
});

test('a string of many megabytes is no trouble', (t) => {
  t.is(findJsonProblem(JSON.stringify(['a\\"'.repeat(2_000_000)])), undefined);
});

test('lines and columns count from 1', (t) => {
  t.deepEqual(lineAndColumn('ab\ncd', 0), { line: 1, column: 1 });
  t.deepEqual(lineAndColumn('ab\ncd', 2), { line: 1, column: 3 });
  t.deepEqual(lineAndColumn('ab\ncd', 4), { line: 2, column: 2 });
});
