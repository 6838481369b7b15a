import test from 'ava';
import { z } from 'zod';
import { shapeFault } from '../../src/storage/shape-fault.ts';

const faultOf = (schema: z.ZodType, value: unknown): string => shapeFault(schema.safeParse(value).error ?? { issues: [] });

test('where it is wrong and what was expected, the first eight', (t) => {
  const schema = z.strictObject({ a: z.number(), b: z.object({ c: z.string() }) });
  t.is(faultOf(schema, { a: 'x', b: { c: 'y' } }), 'a: Invalid input: expected number, received string');
  t.is(faultOf(schema, { a: 1, b: {} }), 'b.c: Invalid input: expected string, received undefined');
  t.is(faultOf(schema, 5), 'Invalid input: expected object, received number');
  t.regex(faultOf(z.array(z.number()), Array.from({ length: 10 }, () => '')), /^0: [^;]+; 1: [^]*; 7: [^;]+; and 2 more$/);
});

test('what the file holds neither floods a message nor steers a terminal', (t) => {
  const fault = faultOf(z.record(z.string(), z.number()), { [`\u001b[2J${'x'.repeat(5000)}`]: '' });
  t.true(fault.startsWith('\\u001b[2Jxxx') && fault.length < 300, fault);
  t.true(faultOf(z.strictObject({}), { ['x'.repeat(5000)]: 1 }).length < 300);
});
