import test from 'ava';
import fc from 'fast-check';
import { PickleCallable, type PickleValue, type PickleWorld } from '../../src/storage/pickle-machine.ts';
import { unpickle } from '../../src/storage/pickle.ts';
import { call, dict, int, named, none, program, text, tuple, u32 } from './pickle-program.ts';

const world: PickleWorld = {
  find: (module, name) => {
    if (`${module}.${name}` === 'math.sum') return new PickleCallable('math.sum', (values) => values.reduce<number>((sum, value) => sum + Number(value), 0));
    throw new Error(`no ${module}.${name}`);
  },
  load: (id) => ['loaded', id],
};
const read = (...body: number[][]): PickleValue => unpickle(program(...body), world).value;

test('plain values of every kind', (t) => {
  const cases: [number[], PickleValue][] = [
    [none, null], [[0x88], true], [[0x89], false],
    [int(-5), -5], [[0x4b, 255], 255], [[0x4d, 1, 2], 513], [int(2 ** 40), 2 ** 40], [int(-(2 ** 40)), -(2 ** 40)],
    [[0x8a, 0], 0], [[0x8a, 1, 0xff], -1], [[0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19], 0x1950a86a20f9469cfc6cn],
    [[0x8b, 4, 0, 0, 0, 1, 2, 3, 4], 0x04030201],
    [[0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    [text('é😀\u0000'), 'é😀\u0000'], [[0x8c, 2, 0xc3, 0xa9], 'é'], [[0x8d, 1, 0, 0, 0, 0, 0, 0, 0, 0x61], 'a'], [[0x55, 1, 0xe9], 'é'], [[0x54, ...u32(1), 0xe9], 'é'],
    [[0x43, 2, 1, 2], Uint8Array.of(1, 2)], [[0x42, ...u32(1), 7], Uint8Array.of(7)],
    [[0x29], []], [[...int(1), 0x85], [1]], [[...int(1), ...int(2), 0x86], [1, 2]], [[...int(1), ...int(2), ...int(3), 0x87], [1, 2, 3]], [tuple(int(1), tuple()), [1, []]],
    [[0x5d, ...int(1), 0x61], [1]], [[0x5d, 0x28, ...int(1), ...int(2), 0x65], [1, 2]],
    [dict([text('a'), int(1)], [int(2), none]), new Map<PickleValue, PickleValue>([['a', 1], [2, null]])],
    [[0x7d, ...text('a'), ...int(1), 0x73], new Map([['a', 1]])],
    [[0x7d, ...text('a'), ...int(1), 0x73, ...dict([text('state'), int(1)]), 0x62], new Map([['a', 1]])], // state is dropped
    [call(named('math', 'sum'), int(1), int(2)), 3], [[...text('math'), ...text('sum'), 0x93, ...tuple(int(4)), 0x52], 4],
    [[...text('id'), 0x51], ['loaded', 'id']],
    [[...int(1), 0x71, 9, 0x30, 0x68, 9], 1], [[...int(1), 0x72, ...u32(4e9), 0x30, 0x6a, ...u32(4e9)], 1], [[...int(1), 0x94, 0x30, 0x68, 0], 1],
    [[...int(1), 0x32, 0x86], [1, 1]], [[...int(7), 0x28, ...int(1), 0x31], 7], [[0x95, 0, 0, 0, 0, 0, 0, 0, 0, ...int(1)], 1],
  ];
  for (const [body, expected] of cases) t.deepEqual(read(body), expected, Buffer.from(body).toString('hex'));
});

test('what the memo gives back is the very value', (t) => {
  const value = read([0x5d, 0x71, 0, 0x68, 0, ...int(1), 0x61, 0x86]) as PickleValue[][];
  t.is(value[0], value[1]);
  t.deepEqual(value, [[1], [1]]);
});

test('one pickle after the other', (t) => {
  const bytes = Buffer.concat([program(int(1)), program(text('two')), Buffer.from('rest')]);
  const first = unpickle(bytes, world);
  const second = unpickle(bytes, world, first.end);
  t.deepEqual([first.value, second.value, bytes.subarray(second.end).toString()], [1, 'two', 'rest']);
});

test('what asks for more than values is refused, and what is broken is said', (t) => {
  const cases: [number[], RegExp][] = [
    [named('os', 'system'), /^no os\.system$/],
    [[...text('os'), ...text('system'), 0x93], /no os\.system/],
    [[...int(1), ...int(2), 0x93], /names a class by something that is no text/],
    [[0x69, ...Buffer.from('os\nsystem\n')], /opcode 0x69/], // INST
    [[0x28, ...named('math', 'sum'), 0x6f], /opcode 0x6f/], // OBJ
    [[...named('math', 'sum'), 0x29, 0x81], /opcode 0x81/], // NEWOBJ
    [[0x82, 1], /opcode 0x82/], // EXT1
    [[0x97], /opcode 0x97/], // NEXT_BUFFER
    [[0x49, 0x31, 0x0a], /opcode 0x49/], // INT as text
    [[0x80, 0], /protocol 0 is not read/], [[0x80, 6], /protocol 6 is not read/],
    [[0x52], /from an empty stack/], [[...int(1), 0x29, 0x52], /calls a value, which is no function/], [[...named('math', 'sum'), ...int(1), 0x52], /without a tuple of arguments/],
    [[0x30], /from an empty stack/], [[...int(1), 0x28, 0x30], /from an empty stack/], [[0x74], /a mark that was never set/], [[0x71, 0], /of an empty stack/],
    [[0x68, 3], /recalls value 3, which it never kept/],
    [[...int(1), ...int(2), 0x61], /appends to something that is no list/], [[...int(1), ...int(2), ...int(3), 0x73], /something that is no dict/], [[...int(1), ...none, 0x62], /gives state to something that is no dict/],
    [[0x7d, 0x28, ...int(1), 0x75], /has no value/], [dict([tuple(), int(1)]), /neither a text nor a number/],
    [[0x8c, 1, 0xff], /not UTF-8/], [[0x8a, 33, ...new Array<number>(33).fill(0)], /a whole number of 33 bytes/],
    [[...int(1), ...int(2)], /left over/], [[0x28, ...int(1)], /left over/],
    [[0x58, ...u32(0xffffffff), 0x61], /ends too early/], [[0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], /ends too early/], [[0x63, 0x61, 0x62], /ends too early/], [[0x4a, 1], /ends too early/],
  ];
  for (const [body, message] of cases) t.throws(() => read(body), { message }, Buffer.from(body).toString('hex'));
  t.throws(() => unpickle(new Uint8Array(), world), { message: /ends too early/ });
});

test('a pickle cannot run for ever, nor build for ever', (t) => {
  const long = Buffer.alloc(2 ** 21 + 10, 0x5d); // empty lists
  t.throws(() => unpickle(long, world), { message: /more than 2097152 steps/ });
});

/** Programs of opcodes that are known, with arguments that mostly fit: most run for a while. */
const opcode = fc.oneof(
  fc.constantFrom(...[0x28, 0x30, 0x31, 0x32, 0x4e, 0x88, 0x29, 0x85, 0x86, 0x87, 0x74, 0x5d, 0x61, 0x65, 0x7d, 0x73, 0x75, 0x94, 0x93, 0x52, 0x62, 0x51]).map((code) => [code]),
  fc.tuple(fc.constantFrom(0x4b, 0x71, 0x68, 0x8a), fc.nat(3)).map(([code, value]) => [code, value]),
  fc.string({ maxLength: 3 }).map(text),
  fc.constant(named('math', 'sum')),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => [...bytes]),
);

test('any program ends in a value or in an error of one line', (t) => {
  let values = 0;
  fc.assert(
    fc.property(fc.array(opcode, { maxLength: 40 }), (body) => {
      try {
        read(...body);
        values += 1;
      } catch (error) {
        if (!(error instanceof Error) || error instanceof RangeError || error instanceof TypeError || error.message.includes('\n')) throw error;
      }
    }),
    { numRuns: 3000 },
  );
  t.true(values > 20, `only ${values} programs built a value: the test hardly looks inside`);
});
