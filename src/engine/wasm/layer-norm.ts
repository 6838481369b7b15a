/**
 * Layer norm and its gradient on the wasm heap, a row at a time: two passes over a row that fits the cache instead of the
 * composite's dozen passes over memory. Statistics in float64, as JavaScript adds.
 */
import { floats, registerWasmKernel } from './heap.ts';

function statistics(x: Float32Array, start: number, width: number, epsilon: number): { mean: number; inverse: number } {
  let sum = 0;
  for (let i = start; i < start + width; i++) sum += x[i] ?? 0;
  const mean = sum / width;
  let squares = 0;
  for (let i = start; i < start + width; i++) {
    const centred = (x[i] ?? 0) - mean;
    squares += centred * centred;
  }
  return { mean, inverse: 1 / Math.sqrt(squares / width + epsilon) };
}

export function installLayerNorm(): void {
  registerWasmKernel<{ epsilon: number }>('RetortLayerNorm', (inputs, { epsilon }, backend) => {
    const out = backend.makeOutput(inputs.x?.shape ?? [], 'float32');
    const [x, weight, bias, y] = [floats(backend, inputs.x), floats(backend, inputs.weight), floats(backend, inputs.bias), floats(backend, out)];
    const width = weight.length;
    for (let start = 0; start < y.length; start += width) {
      const { mean, inverse } = statistics(x, start, width, epsilon);
      for (let i = 0; i < width; i++) y[start + i] = ((x[start + i] ?? 0) - mean) * inverse * (weight[i] ?? 0) + (bias[i] ?? 0);
    }
    return out;
  });

  registerWasmKernel<{ epsilon: number }>('RetortLayerNormGradient', (inputs, { epsilon }, backend) => {
    const shape = inputs.weight?.shape ?? [];
    const outs = [backend.makeOutput(inputs.x?.shape ?? [], 'float32'), backend.makeOutput(shape, 'float32'), backend.makeOutput(shape, 'float32')];
    const [dy, x, weight] = [floats(backend, inputs.dy), floats(backend, inputs.x), floats(backend, inputs.weight)];
    const [dx, dweight, dbias] = outs.map((out) => floats(backend, out)) as [Float32Array, Float32Array, Float32Array];
    const width = weight.length;
    dweight.fill(0);
    dbias.fill(0);
    for (let start = 0; start < dx.length; start += width) {
      const { mean, inverse } = statistics(x, start, width, epsilon);
      let sum = 0;
      let dot = 0;
      for (let i = 0; i < width; i++) {
        const upstream = dy[start + i] ?? 0;
        const unit = ((x[start + i] ?? 0) - mean) * inverse;
        const dunit = upstream * (weight[i] ?? 0);
        sum += dunit;
        dot += dunit * unit;
        dweight[i] = (dweight[i] ?? 0) + upstream * unit;
        dbias[i] = (dbias[i] ?? 0) + upstream;
      }
      for (let i = 0; i < width; i++) {
        const unit = ((x[start + i] ?? 0) - mean) * inverse;
        dx[start + i] = inverse * ((dy[start + i] ?? 0) * (weight[i] ?? 0) - (sum + unit * dot) / width);
      }
    }
    return outs;
  });
}
