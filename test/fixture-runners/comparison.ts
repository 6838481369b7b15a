// Comparing what the code says with what a fixture expects: whole tensors, a bound per kind of number, the worst one remembered.

/** |difference| <= relative * scale + absolute */
export interface Bound {
  readonly relative: number;
  readonly absolute: number;
}

/** The tolerances of a float32 engine, as the fixtures state them; metrics are computed in float64. */
export const bounds = {
  activation: { relative: 1e-4, absolute: 1e-5 },
  objective: { relative: 1e-4, absolute: 1e-6 },
  optimiserFinal: { relative: 1e-4, absolute: 3e-5 },
  metric: { relative: 1e-8, absolute: 1e-12 },
} as const satisfies Record<string, Bound>;

export interface FixtureResult {
  readonly cases: number;
  /** Largest |difference| over its bound: 1 is the limit. 0 where everything must be equal and is. */
  readonly largestError: number;
  /** Where the largest error is. */
  readonly worst?: string;
  /** One line each. */
  readonly failures: readonly string[];
}

/** A tensor on the host. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export class Comparison {
  #cases = 0;
  #case = '';
  #largest = 0;
  #worst: string | undefined;
  readonly #failures: string[] = [];

  /** Runs a case, whose name stands before its failures; an error is one of them. A fixture without any case cannot pass. */
  async inCase(name: string, check: () => Promise<void> | void): Promise<void> {
    this.#cases++;
    this.#case = `${name}: `;
    try {
      await check();
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
    this.#case = '';
  }

  /** Compares whole tensors, shapes included. `scale` is the largest expected magnitude unless given. */
  tensor(what: string, actual: Values | undefined, expected: Values, bound: Bound, scale?: number): void {
    if (actual === undefined) this.fail(`${what}: nothing says it`);
    else if (actual.shape.join() !== expected.shape.join()) this.fail(`${what}: shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`);
    else this.close(what, actual.data, expected.data, bound, scale);
  }

  /** Compares numbers in order; NaN equals NaN and nothing else. */
  close(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, bound: Bound, scale = largest(expected)): void {
    if (actual.length !== expected.length) {
      this.fail(`${what}: ${actual.length} numbers, expected ${expected.length}`);
      return;
    }
    const limit = bound.relative * scale + bound.absolute;
    let worst = 0;
    for (let i = 0; i < expected.length; i++) {
      const [a, e] = [actual[i] ?? NaN, expected[i] ?? NaN];
      const difference = Object.is(a, e) ? 0 : Math.abs(a - e);
      worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
    }
    if (worst / limit > this.#largest) {
      this.#largest = worst / limit;
      this.#worst = this.#case + what;
    }
    if (!(worst <= limit)) this.fail(`${what}: off by ${worst.toExponential(2)}, allowed ${limit.toExponential(2)}`);
  }

  /** Compares float32 tensors bit for bit. */
  identical(what: string, actual: Float32Array, expected: Float32Array): void {
    const [a, e] = [bitsOf(actual), bitsOf(expected)];
    const at = e.findIndex((bits, i) => bits !== a[i]);
    if (a.length !== e.length) this.fail(`${what}: ${a.length} numbers, expected ${e.length}`);
    else if (at >= 0) this.fail(`${what}: number ${at} is ${actual[at]}, expected ${expected[at]}, bit for bit`);
  }

  equal(what: string, actual: unknown, expected: unknown): void {
    const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== e) this.fail(`${what}: ${a}, expected ${e}`);
  }

  /** Compares two sets of names and says which are too few and which too many. */
  names(what: string, actual: Iterable<string>, expected: Iterable<string>): void {
    const [a, e] = [new Set(actual), new Set(expected)];
    for (const name of e) if (!a.has(name)) this.fail(`${what}: ${name} is missing`);
    for (const name of a) if (!e.has(name)) this.fail(`${what}: ${name} is not known`);
  }

  fail(failure: string): void {
    this.#largest = Math.max(this.#largest, 1);
    this.#failures.push(this.#case + failure);
  }

  get result(): FixtureResult {
    const failures = this.#cases === 0 ? ['no case was found'] : this.#failures;
    return { cases: this.#cases, largestError: this.#largest, ...(this.#worst !== undefined && { worst: this.#worst }), failures };
  }
}

/** The largest finite magnitude: a number that is not finite has no scale, it must be met as it is. */
export function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
