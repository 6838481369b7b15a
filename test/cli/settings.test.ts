import test from 'ava';
import fc from 'fast-check';
import { z } from 'zod';
import { nearest, overrideSettings } from '../../src/cli/settings.ts';

const schema = z.strictObject({
  folder: z.string(),
  seeds: z.array(z.int()).default([1, 2, 3]),
  teacher: z.strictObject({ size: z.string(), steps: z.int().positive() }).default({ size: '2x64', steps: 400 }),
  temperature: z.number().positive().default(2),
});
const given = ['folder=here'];

test('defaults stand where nothing is said', (t) => {
  t.deepEqual(overrideSettings(schema, given), { folder: 'here', seeds: [1, 2, 3], teacher: { size: '2x64', steps: 400 }, temperature: 2 });
});

test('values are JSON, or text where they are not', (t) => {
  const settings = overrideSettings(schema, [...given, 'seeds=[7]', 'teacher.steps=60', 'teacher.size=1x32', 'temperature=1.5']);
  t.deepEqual(settings, { folder: 'here', seeds: [7], teacher: { size: '1x32', steps: 60 }, temperature: 1.5 });
});

test('the value may hold an equals sign, and the last one counts', (t) => {
  t.is(overrideSettings(schema, ['folder=a', 'folder=b=c']).folder, 'b=c');
});

test('the schema\'s defaults stay as they were', (t) => {
  overrideSettings(schema, [...given, 'teacher.steps=60']);
  t.is(overrideSettings(schema, given).teacher.steps, 400);
});

test('an unknown path names the nearest one and all there are', (t) => {
  t.throws(() => overrideSettings(schema, [...given, 'teacher.stepps=3']), { message: /--set teacher\.stepps: there is no such setting; did you mean teacher\.steps\? There are: folder, seeds, teacher, teacher\.size, teacher\.steps, temperature/ });
  for (const path of ['__proto__.polluted', 'constructor', 'teacher.__proto__.x']) t.throws(() => overrideSettings(schema, [...given, `${path}=1`]), { message: /there is no such setting/ });
  t.is(({} as Record<string, unknown>).polluted, undefined);
});

test('a wrong type, a missing setting and a torn override say what is wanted', (t) => {
  t.throws(() => overrideSettings(schema, [...given, 'teacher.steps=many']), { message: /^settings \(--set path=value\): teacher\.steps: Invalid input: expected number, received string$/ });
  t.throws(() => overrideSettings(schema, []), { message: /folder: Invalid input: expected string/ });
  for (const torn of ['seeds', '=3', '']) t.throws(() => overrideSettings(schema, [...given, torn]), { message: /write path=value/ });
});

test('settings inside optional, nullable and prefilled ones can be set', (t) => {
  const inner = z.strictObject({ steps: z.int(), rate: z.number().default(0.5) });
  const nested = z.strictObject({ maybe: inner.optional(), none: inner.nullable().default(null), filled: inner.prefault({ steps: 3 }), deep: z.strictObject({ er: inner.readonly() }).optional() });
  t.deepEqual(overrideSettings(nested, ['maybe.steps=1', 'none.steps=2', 'filled.rate=0.25', 'deep.er.steps=4']), {
    maybe: { steps: 1, rate: 0.5 }, none: { steps: 2, rate: 0.5 }, filled: { steps: 3, rate: 0.25 }, deep: { er: { steps: 4, rate: 0.5 } },
  });
  t.throws(() => overrideSettings(nested, ['deep.er.stpes=1']), { message: /did you mean deep\.er\.steps\?/ });
  t.throws(() => overrideSettings(z.strictObject({}), ['a=1']), { message: '--set a: there is no such setting; there are none' });
});

test('nearest: the fewest edits', (t) => {
  t.is(nearest('stpes', ['steps', 'seeds', 'size']), 'steps');
  t.is(nearest('stepps', ['seeds', 'student.steps', 'temperature']), 'student.steps');
  t.is(nearest('teachr.steps', ['student.steps', 'teacher.steps']), 'teacher.steps');
  t.is(nearest('student.size', ['teacher.size', 'student.sizes']), 'student.sizes');
  t.is(nearest('Temperature', ['teacher.size', 'temperature']), 'temperature');
  t.is(nearest('anything', []), 'anything');
  fc.assert(fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(), (known, at) => {
    const word = known[at % known.length] ?? '';
    return nearest(word, known) === word;
  }));
});
