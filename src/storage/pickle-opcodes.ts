// The opcodes of pickle protocols 2 to 5 that build plain values, each with the size of its argument and what it does.
// Left out on purpose: those that call constructors with state of their own (INST, OBJ, NEWOBJ), extension codes, buffers outside
// of the pickle, and the text forms of protocol 0, none of which a file of tensors holds.
import { PickleCallable, type PickleMachine, PickleThing, type PickleValue } from './pickle-machine.ts';

export interface PickleOpcode {
  /** Bytes of the argument; or `{ length }`, an unsigned length of so many bytes and then as many bytes; or two lines of text. */
  readonly size: number | { readonly length: 1 | 4 | 8 } | 'lines';
  readonly run: (machine: PickleMachine, argument: Uint8Array) => void;
}

const push = (value: (argument: Uint8Array) => PickleValue): PickleOpcode['run'] => (machine, argument) => void machine.stack.push(value(argument));
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const uint8 = (bytes: Uint8Array): number => bytes[0] ?? 0;
const uint32 = (bytes: Uint8Array): number => view(bytes).getUint32(0, true);
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
const tuple = (length: number): PickleOpcode['run'] => (machine) => {
  const items = Array.from({ length }, () => machine.pop());
  machine.stack.push(items.reverse());
};

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error('a text in the pickle is not UTF-8', { cause: error });
  }
}

/** Little-endian two's complement. */
function integer(bytes: Uint8Array): PickleValue {
  if (bytes.length > 32) throw new Error(`a whole number of ${bytes.length} bytes has no place among tensors`);
  if (bytes.length === 0) return 0;
  const digits = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${digits}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function put(machine: PickleMachine, index: number): void {
  machine.memo.set(index, machine.top());
}

function get(machine: PickleMachine, index: number): void {
  const value = machine.memo.get(index);
  if (value === undefined) throw new Error(`the pickle recalls value ${index}, which it never kept`);
  machine.stack.push(value);
}

function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw new Error('the pickle appends to something that is no list');
  for (const item of items) list.push(item);
}

/** @param items key, value, key, value, ... */
function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = machine.top();
  if (!(dict instanceof Map)) throw new Error('the pickle sets a key of something that is no dict');
  if (items.length % 2 !== 0) throw new Error('a key of a dict has no value');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i] ?? null;
    if (typeof key === 'object' && key !== null) throw new Error('a key of a dict is neither a text nor a number');
    dict.set(key, items[i + 1] ?? null);
  }
}

function find(machine: PickleMachine, module: PickleValue, name: PickleValue): void {
  if (typeof module !== 'string' || typeof name !== 'string') throw new Error('the pickle names a class by something that is no text');
  machine.stack.push(machine.world.find(module, name));
}

function reduce(machine: PickleMachine): void {
  const values = machine.pop();
  const callable = machine.pop();
  if (!(callable instanceof PickleCallable)) throw new Error(`the pickle calls ${callable instanceof PickleThing ? callable.name : 'a value'}, which is no function`);
  if (!Array.isArray(values)) throw new Error(`the pickle calls ${callable.name} without a tuple of arguments`);
  machine.stack.push(callable.call(values));
}

/** State that an object is given beyond its items (`_metadata` of a state dict) says nothing of tensors: it is dropped. */
function build(machine: PickleMachine): void {
  machine.pop();
  if (!(machine.top() instanceof Map)) throw new Error('the pickle gives state to something that is no dict');
}

const table: Readonly<Record<number, PickleOpcode>> = {
  0x80: { size: 1, run: (_machine, version) => checkProtocol(uint8(version)) }, // PROTO
  0x95: { size: 8, run: () => undefined }, // FRAME: its length only helps readers of streams
  0x28: { size: 0, run: ({ marks, stack }) => void marks.push(stack.length) }, // MARK
  0x30: { size: 0, run: (machine) => void machine.pop() }, // POP
  0x31: { size: 0, run: (machine) => void machine.popToMark() }, // POP_MARK
  0x32: { size: 0, run: (machine) => void machine.stack.push(machine.top()) }, // DUP

  0x4e: { size: 0, run: push(() => null) }, // NONE
  0x88: { size: 0, run: push(() => true) }, // NEWTRUE
  0x89: { size: 0, run: push(() => false) }, // NEWFALSE
  0x4a: { size: 4, run: push((bytes) => view(bytes).getInt32(0, true)) }, // BININT
  0x4b: { size: 1, run: push(uint8) }, // BININT1
  0x4d: { size: 2, run: push((bytes) => view(bytes).getUint16(0, true)) }, // BININT2
  0x8a: { size: { length: 1 }, run: push(integer) }, // LONG1
  0x8b: { size: { length: 4 }, run: push(integer) }, // LONG4
  0x47: { size: 8, run: push((bytes) => view(bytes).getFloat64(0, false)) }, // BINFLOAT: big-endian, alone among them
  0x8c: { size: { length: 1 }, run: push(utf8) }, // SHORT_BINUNICODE
  0x58: { size: { length: 4 }, run: push(utf8) }, // BINUNICODE
  0x8d: { size: { length: 8 }, run: push(utf8) }, // BINUNICODE8
  0x55: { size: { length: 1 }, run: push(latin1) }, // SHORT_BINSTRING: text of Python 2
  0x54: { size: { length: 4 }, run: push(latin1) }, // BINSTRING
  0x43: { size: { length: 1 }, run: push((bytes) => bytes) }, // SHORT_BINBYTES
  0x42: { size: { length: 4 }, run: push((bytes) => bytes) }, // BINBYTES
  0x8e: { size: { length: 8 }, run: push((bytes) => bytes) }, // BINBYTES8
  0x96: { size: { length: 8 }, run: push((bytes) => bytes) }, // BYTEARRAY8

  0x29: { size: 0, run: tuple(0) }, // EMPTY_TUPLE
  0x85: { size: 0, run: tuple(1) }, // TUPLE1
  0x86: { size: 0, run: tuple(2) }, // TUPLE2
  0x87: { size: 0, run: tuple(3) }, // TUPLE3
  0x74: { size: 0, run: (machine) => void machine.stack.push(machine.popToMark()) }, // TUPLE
  0x5d: { size: 0, run: push(() => []) }, // EMPTY_LIST
  0x61: { size: 0, run: (machine) => append(machine, [machine.pop()]) }, // APPEND
  0x65: { size: 0, run: (machine) => append(machine, machine.popToMark()) }, // APPENDS
  0x7d: { size: 0, run: push(() => new Map<PickleValue, PickleValue>()) }, // EMPTY_DICT
  0x73: { size: 0, run: (machine) => setItems(machine, [machine.pop(), machine.pop()].reverse()) }, // SETITEM
  0x75: { size: 0, run: (machine) => setItems(machine, machine.popToMark()) }, // SETITEMS

  0x71: { size: 1, run: (machine, index) => put(machine, uint8(index)) }, // BINPUT
  0x72: { size: 4, run: (machine, index) => put(machine, uint32(index)) }, // LONG_BINPUT
  0x94: { size: 0, run: (machine) => put(machine, machine.memo.size) }, // MEMOIZE
  0x68: { size: 1, run: (machine, index) => get(machine, uint8(index)) }, // BINGET
  0x6a: { size: 4, run: (machine, index) => get(machine, uint32(index)) }, // LONG_BINGET

  0x63: { size: 'lines', run: (machine, lines) => find(machine, ...twoLines(lines)) }, // GLOBAL
  0x93: { size: 0, run: (machine) => findNamed(machine) }, // STACK_GLOBAL
  0x52: { size: 0, run: reduce }, // REDUCE
  0x62: { size: 0, run: build }, // BUILD
  0x51: { size: 0, run: (machine) => void machine.stack.push(machine.world.load(machine.pop())) }, // BINPERSID
};

/** By the byte they are written as. */
export const pickleOpcodes: readonly (PickleOpcode | undefined)[] = Array.from({ length: 256 }, (_, code) => table[code]);

function checkProtocol(version: number): void {
  if (version < 2 || version > 5) throw new Error(`pickle protocol ${version} is not read; torch.save writes protocol 2`);
}

function twoLines(bytes: Uint8Array): [string, string] {
  const [module = '', name = ''] = utf8(bytes).split('\n');
  return [module, name];
}

function findNamed(machine: PickleMachine): void {
  const name = machine.pop();
  find(machine, machine.pop(), name);
}
