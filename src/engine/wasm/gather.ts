/**
 * Row lookups and scatter-adds on the wasm heap: the embedding with its gradient, and UnsortedSegmentSum, which the stock
 * backend lacks and the gradient of every `gather` calls.
 */
import { floats, integers, registerWasmKernel } from './heap.ts';

export function installGather(): void {
  registerWasmKernel('RetortEmbedding', (inputs, _attributes, backend) => {
    const [rows = 0, width = 0] = inputs.table?.shape ?? [];
    for (const id of integers(backend, inputs.ids)) {
      if (id < 0 || id >= rows) throw new Error(`embedding: id ${id} is outside a table of ${rows} rows`);
    }
    const out = backend.makeOutput([...(inputs.ids?.shape ?? []), width], 'float32');
    const [table, ids, y] = [floats(backend, inputs.table), integers(backend, inputs.ids), floats(backend, out)];
    ids.forEach((row, i) => y.set(table.subarray(row * width, (row + 1) * width), i * width));
    return out;
  });

  registerWasmKernel<{ rows: number; padId: number }>('RetortEmbeddingGradient', (inputs, { rows, padId }, backend) => {
    const width = inputs.dy?.shape.at(-1) ?? 0;
    const out = backend.makeOutput([rows, width], 'float32');
    scatterAdd(floats(backend, out), floats(backend, inputs.dy), integers(backend, inputs.ids), padId);
    return out;
  });

  registerWasmKernel<{ numSegments: number }>('UnsortedSegmentSum', (inputs, { numSegments }, backend) => {
    const { x, segmentIds } = inputs;
    const inner = (x?.shape ?? []).slice(segmentIds?.shape.length ?? 0);
    const out = backend.makeOutput([numSegments, ...inner], 'float32');
    scatterAdd(floats(backend, out), floats(backend, x), integers(backend, segmentIds), -1);
    return out;
  });
}

/** sum[ids[i]] += rows[i], negative ids and `skip` left out. */
function scatterAdd(sum: Float32Array, rows: Float32Array, ids: Int32Array, skip: number): void {
  sum.fill(0);
  const width = ids.length === 0 ? 0 : rows.length / ids.length;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] ?? -1;
    if (id < 0 || id === skip) continue;
    const [to, from] = [id * width, i * width];
    for (let column = 0; column < width; column++) sum[to + column] = (sum[to + column] ?? 0) + (rows[from + column] ?? 0);
  }
}
