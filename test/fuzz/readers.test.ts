// Every reader of outside bytes, with inputs near sound ones and noise: a value, or one sentence that names the file. Few inputs of
// each here; `npm run fuzz` gives each 20,000, in a process that is watched.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { sourcesIn } from '../house/source.ts';
import { readTree } from '../house/tree.ts';
import { exempt, formats } from './catalogue.ts';
import { inputsFor } from './inputs.ts';
import { faultOf, judge } from './verdict.ts';

/** Inputs of each format. */
const inputs = 50;
const seed = 20_261_129;

for (const format of formats) {
  test.serial(`${format.name}: a value, or one sentence that names the file`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), `retort-fuzz-${format.name}-`));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const subject = await format.open(folder);
    for (const sample of subject.samples) t.is(await judge(subject, sample), 'read', 'a sound input is refused');
    for (const start of subject.refused ?? []) t.is(await judge(subject, start), 'refused');
    await fc.assert(fc.asyncProperty(inputsFor(subject), async (input) => void (await judge(subject, input))), { numRuns: inputs, seed });
    t.is(await judge(subject, subject.samples[0]!), 'read', 'a sound input is refused after damaged ones');
  });
}

/** What a file does that reads bytes or makes something of text that may be anybody's. */
const reads = /\b(readFile|readFileSync|createReadStream|readBytes|readPieces|withFile|readJson|readJsonIfPresent|readJsonLines|parseJson|readLines|TextDecoder|JSON\s*\.\s*parse|findOnnx)\b|\bnew\s+DataView\b/;

test('every reader of the house is fuzzed: a new one stands in the catalogue, or says why not', (t) => {
  t.is(formats.length, 54);
  t.is(new Set(formats.map(({ name }) => name)).size, formats.length);
  const covered = new Set(formats.flatMap(({ sources }) => sources));
  const sources = sourcesIn(readTree(), 'src/');
  const readers = sources.filter(({ code }) => reads.test(code)).map(({ path }) => path);
  t.deepEqual(readers.filter((path) => !covered.has(path) && !exempt.has(path)), [], 'readers that no format covers');
  t.deepEqual([...covered, ...exempt.keys()].filter((path) => !sources.some((source) => source.path === path)), [], 'files that are no more');
  t.deepEqual([...exempt.keys()].filter((path) => covered.has(path) || !readers.includes(path)), [], 'exempt without need');
});

test('what a reader may not do', (t) => {
  const fault = (error: unknown) => faultOf(error, '/a/file');
  t.is(fault(new Error('/a/file:3: not a table; mend it')), undefined);
  t.is(fault(new Error('/a/file: no JSON here', { cause: new SyntaxError('x') })), undefined);
  t.regex(fault('text') ?? '', /no error/);
  t.regex(fault(new TypeError('/a/file: x is undefined')) ?? '', /a slip of the program, TypeError/);
  t.regex(fault(new Error('/a/file: not whole: offset', { cause: new RangeError('offset') })) ?? '', /a slip of the program, RangeError/);
  t.regex(fault(new Error('ENOENT: /a/file')) ?? '', /does not begin with/);
  t.regex(fault(new Error('/a/file: ')) ?? '', /says nothing/);
  t.regex(fault(new Error(`/a/file: ${'x'.repeat(5000)}`)) ?? '', /of 50\d\d characters/);
  t.regex(fault(new Error('/a/file: \u001b[2J is no label')) ?? '', /steer a terminal/);
});

test('a reader that takes much memory for a small file is found', async (t) => {
  const kept: Uint8Array[] = [];
  const greedy = (bytes: number) => ({ samples: [], place: '', read: () => Promise.resolve(kept.push(new Uint8Array(bytes))) });
  await t.throwsAsync(judge(greedy(2 ** 26), new Uint8Array(10)), { message: /^10 bytes made it take \d+ bytes of array buffers$/ });
  t.is(await judge(greedy(2 ** 20), new Uint8Array(10)), 'read');
});
