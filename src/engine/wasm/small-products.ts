/**
 * Many small matrix products in one call: a WebAssembly function of our own on the backend's memory, assembled here byte by byte
 * (WebAssembly core specification 2.0, sections 5.4-5.5). Attention makes hundreds of products of a few thousand multiply-adds a step,
 * and XNNPACK spends longer on setting each up than on multiplying; a narrow layer is no better off. Large products stay with XNNPACK.
 */

/** a [pairs, m, k] · b [pairs, k, n] -> c [pairs, m, n], float32, by address; a step of 0 bytes uses one matrix for all pairs. */
export type SmallProducts = (a: number, b: number, c: number, pairs: number, m: number, k: number, n: number, aStep: number, bStep: number) => void;

/** What is used of the WebAssembly namespace, which TypeScript declares for browsers only. */
interface WebAssemblyNamespace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly multiply: SmallProducts } };
}

/** The function, on this WebAssembly.Memory; the memory may grow afterwards. */
export function assembleSmallProducts(memory: object): SmallProducts {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace }).WebAssembly;
  return new Instance(new Module(moduleBytes()), { env: { memory } }).exports.multiply;
}

// Locals: the nine parameters, then counters and pointers (i32), accumulators and a broadcast value (v128), a scalar sum (f32).
const [a, b, c, pairs, m, k, n, aStep, bStep] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const [row, column, left, aRow, aAt, bAt, rowBytes] = [9, 10, 11, 12, 13, 14, 15];
const accumulators = [16, 17, 18, 19];
const broadcast = 20;
const sum = 21;
const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b, none: 0x40, func: 0x60 };

/** Unsigned LEB128. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** LEB128 of a non-negative number read as a signed one: bit 6 of the last byte must be clear. */
function signedLeb(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(value >>> 7)];
}

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const constant = (value: number) => [0x41, ...signedLeb(value)];
const add = [0x6a];
const multiply = [0x6c];
const simd = (code: number, ...immediates: number[]) => [0xfd, ...leb(code), ...immediates];
/** A memory operand: aligned to 4 bytes, at a constant offset. */
const at = (offset: number) => [0x02, ...leb(offset)];
const advance = (local: number, by: number[]) => [...get(local), ...by, ...add, ...set(local)];

/** while (condition) body */
function whileTrue(condition: number[], body: number[]): number[] {
  const negated = [...condition, 0x45]; // i32.eqz
  return [0x02, types.none, 0x03, types.none, ...negated, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b]; // block loop … br_if 1 … br 0 end end
}

/** Points aAt at the row of a and bAt at the column of b, and walks both down k, doing `step` at each. */
function alongK(step: number[]): number[] {
  return [
    ...get(aRow), ...set(aAt),
    ...get(b), ...get(column), ...constant(4), ...multiply, ...add, ...set(bAt),
    ...get(k), ...set(left),
    ...whileTrue(get(left), [
      ...step,
      ...advance(aAt, constant(4)),
      ...advance(bAt, get(rowBytes)),
      ...get(left), ...constant(1), 0x6b, ...set(left), // i32.sub
    ]),
  ];
}

/** While 4 · vectors columns are left: their sums in registers, then stored. */
function vectorColumns(vectors: number): number[] {
  const used = accumulators.slice(0, vectors);
  const clear = used.flatMap((accumulator) => [...simd(0x0c, ...Array<number>(16).fill(0)), ...set(accumulator)]); // v128.const 0
  const step = [
    ...get(aAt), ...simd(0x09, ...at(0)), ...set(broadcast), // v128.load32_splat
    ...used.flatMap((accumulator, i) => [
      ...get(broadcast), ...get(bAt), ...simd(0x00, ...at(16 * i)), ...simd(0xe6), // v128.load, f32x4.mul
      ...get(accumulator), ...simd(0xe4), ...set(accumulator), // f32x4.add
    ]),
  ];
  const store = used.flatMap((accumulator, i) => [...get(c), ...get(accumulator), ...simd(0x0b, ...at(16 * i))]); // v128.store
  const fits = [...get(column), ...constant(4 * vectors), ...add, ...get(n), 0x4d]; // i32.le_u
  return whileTrue(fits, [...clear, ...alongK(step), ...store, ...advance(c, constant(16 * vectors)), ...advance(column, constant(4 * vectors))]);
}

/** The columns left over, one by one. */
function scalarColumns(): number[] {
  const step = [...get(aAt), 0x2a, ...at(0), ...get(bAt), 0x2a, ...at(0), 0x94, ...get(sum), 0x92, ...set(sum)]; // f32.load, mul, add
  const body = [
    0x43, 0, 0, 0, 0, ...set(sum), // f32.const 0
    ...alongK(step),
    ...get(c), ...get(sum), 0x38, ...at(0), // f32.store
    ...advance(c, constant(4)), ...advance(column, constant(1)),
  ];
  return whileTrue([...get(column), ...get(n), 0x49], body); // i32.lt_u
}

function functionBody(): number[] {
  const rowWork = [
    ...constant(0), ...set(column),
    ...vectorColumns(4), ...vectorColumns(1), ...scalarColumns(),
    ...advance(aRow, [...get(k), ...constant(4), ...multiply]),
    ...advance(row, constant(1)),
  ];
  const pairWork = [
    ...constant(0), ...set(row), ...get(a), ...set(aRow),
    ...whileTrue([...get(row), ...get(m), 0x49], rowWork),
    ...advance(a, get(aStep)), ...advance(b, get(bStep)),
    ...get(pairs), ...constant(1), 0x6b, ...set(pairs),
  ];
  const locals = [3, 7, types.i32, 5, types.v128, 1, types.f32];
  return [...locals, ...get(n), ...constant(4), ...multiply, ...set(rowBytes), ...whileTrue(get(pairs), pairWork), 0x0b];
}

function moduleBytes(): Uint8Array {
  const text = (name: string) => [name.length, ...Buffer.from(name)];
  const section = (id: number, ...content: number[]) => [id, ...leb(content.length), ...content];
  const body = functionBody();
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // '\0asm', version 1
    ...section(1, 1, types.func, 9, ...Array<number>(9).fill(types.i32), 0), // type: nine i32 -> nothing
    ...section(2, 1, ...text('env'), ...text('memory'), 0x02, 0x00, 0), // import: memory, no limits
    ...section(3, 1, 0), // function 0 has type 0
    ...section(7, 1, ...text('multiply'), 0x00, 0), // export
    ...section(10, 1, ...leb(body.length), ...body), // code
  ]);
}
