// Reading fixtures: JSON through a strict schema, so that a field nobody looks at fails instead of passing unseen, and tensors.
import { z } from 'zod';
import { float32Of } from '../../src/storage/halves.ts';
import { readJson } from '../../src/storage/json.ts';
import { readSafetensors } from '../../src/storage/safetensors.ts';

/** @throws one error that names the file and every field that is absent, unknown or of the wrong kind. */
export async function readFixture<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const { success, data, error } = schema.safeParse(await readJson(file));
  if (!success) throw new Error(`${file}: ${z.prettifyError(error)}`);
  return data;
}

/** A tensor written into JSON. */
export const tensorSchema = z
  .strictObject({ shape: z.array(z.int().nonnegative()), dtype: z.enum(['float32', 'int32']), data: z.array(z.number()) })
  .refine(({ shape, data }) => shape.reduce((product, side) => product * side, 1) === data.length, 'the data does not fill the shape')
  .refine(({ dtype, data }) => dtype === 'float32' || data.every(Number.isInteger), 'int32 data holds a fraction');

export type JsonTensor = z.infer<typeof tensorSchema>;

/** Tensors of a safetensors file, widened to float32. */
export async function readTensors(file: string): Promise<Map<string, { shape: readonly number[]; data: Float32Array }>> {
  const { tensors } = await readSafetensors(file);
  return new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: float32Of(tensor) }]));
}

/** The entries of `tensors` whose names start with `prefix`, without it. */
export function below<T>(tensors: ReadonlyMap<string, T>, prefix: string): Map<string, T> {
  return new Map([...tensors].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [])));
}
