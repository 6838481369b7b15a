/**
 * Element-wise fused kernels of the wasm engine in one pass over the heap: GELU with its gradient, and dropout.
 */
import { type DropoutAttributes, dropoutOf, dropoutThreshold } from '../fused/dropout.ts';
import { bits } from '../random.ts';
import { floats, type Inputs, registerWasmKernel } from './heap.ts';

/** Φ(x) = (1 + erf(x / √2)) / 2, erf by the odd-over-even rational minimax fit on [-4, 4] that Eigen and XNNPACK use: a few float32 ulps. */
function normalDistribution(x: number): number {
  const z = Math.max(-4, Math.min(4, x * Math.SQRT1_2));
  const q = z * z;
  const odd = z * (-1.60960333262415e-2 + q * (-2.95459980854025e-3 + q * (-7.34990630326855e-4 + q * (-5.69250639462346e-5
    + q * (-2.10102402082508e-6 + q * (2.77068142495902e-8 + q * -2.72614225801306e-10))))));
  const even = -1.42647390514189e-2 + q * (-7.37332916720468e-3 + q * (-1.68282697438203e-3 + q * (-2.13374055278905e-4 + q * -1.45660718464996e-5)));
  return 0.5 + (0.5 * odd) / even;
}

const powersOfTwo = Float32Array.from({ length: 256 }, (_, i) => 2 ** (i - 255));

/** exp(x) for x <= 0 to float32 precision, faster than Math.exp: 2^k from a table, the rest by its series on |f| <= ln 2 / 2. */
function expOfNegative(x: number): number {
  if (x < -87) return 0;
  const exponent = x * Math.LOG2E;
  const k = Math.floor(exponent + 0.5);
  const f = (exponent - k) * Math.LN2;
  return (powersOfTwo[k + 255] ?? 0) * (1 + f * (1 + f * (0.5 + f * (1 / 6 + f * (1 / 24 + f * (1 / 120 + f * (1 / 720)))))));
}

const inverseRootTwoPi = 1 / Math.sqrt(2 * Math.PI);

export function installPointwise(): void {
  registerWasmKernel('RetortGelu', (inputs, _attributes, backend) => {
    const out = backend.makeOutput(inputs.x?.shape ?? [], 'float32');
    const [x, y] = [floats(backend, inputs.x), floats(backend, out)];
    for (let i = 0; i < y.length; i++) {
      const value = x[i] ?? 0;
      y[i] = value * normalDistribution(value);
    }
    return out;
  });

  registerWasmKernel('RetortGeluGradient', (inputs, _attributes, backend) => {
    const out = backend.makeOutput(inputs.x?.shape ?? [], 'float32');
    const [dy, x, dx] = [floats(backend, inputs.dy), floats(backend, inputs.x), floats(backend, out)];
    for (let i = 0; i < dx.length; i++) {
      const value = x[i] ?? 0;
      dx[i] = (dy[i] ?? 0) * (normalDistribution(value) + value * expOfNegative(-0.5 * value * value) * inverseRootTwoPi);
    }
    return out;
  });

  registerWasmKernel<DropoutAttributes>('RetortDropout', (inputs, attributes, backend) => dropped(inputs, attributes, backend));
  registerWasmKernel<DropoutAttributes>('RetortResidualDropout', (inputs, attributes, backend) => dropped(inputs, attributes, backend));
}

/** dropout(x), on top of `residual` where there is one. */
function dropped(inputs: Inputs, attributes: DropoutAttributes, backend: Parameters<typeof floats>[0]) {
  const shape = inputs.x?.shape ?? [];
  const out = backend.makeOutput(shape, 'float32');
  const [x, y] = [floats(backend, inputs.x), floats(backend, out)];
  const residual = inputs.residual === undefined ? undefined : floats(backend, inputs.residual);
  const { rate, key, rowStep } = dropoutOf(attributes);
  const threshold = dropoutThreshold(rate);
  const scale = 1 / (1 - rate);
  const width = shape.at(-1) ?? 1;
  for (let start = 0; start < y.length; start += width) {
    const skipped = start * (rowStep - 1);
    for (let i = start; i < start + width; i++) {
      const kept = bits(key, skipped + i) >= threshold ? (x[i] ?? 0) * scale : 0;
      y[i] = residual === undefined ? kept : kept + (residual[i] ?? 0);
    }
  }
  return out;
}
