// The ONNX file of a model's folder: under onnx/ as transformers.js has it, or beside config.json as Optimum exports it.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint, hashFile } from './hash.ts';

export interface OnnxFile {
  /** `onnx` or nothing. */
  readonly subfolder: string;
  /** Without `.onnx`. */
  readonly name: string;
  readonly path: string;
  /** With the files of weights that lie beside it. */
  readonly bytes: number;
}

/** Full precision before half before eight bits, as an answer is worth more than the time it takes. */
const preferred = ['model', 'model_optimized', 'model_fp16', 'model_quantized', 'model_int8', 'model_uint8'];

/**
 * The file to run. Undefined where the folder holds none.
 * @throws where there are several and none bears a usual name.
 */
export async function findOnnx(folder: string): Promise<OnnxFile | undefined> {
  const found: { subfolder: string; name: string }[] = [];
  for (const subfolder of ['onnx', '']) {
    const names = await readdir(join(folder, subfolder)).catch(() => []);
    for (const name of names) if (name.endsWith('.onnx')) found.push({ subfolder, name: name.slice(0, -'.onnx'.length) });
  }
  const usual = preferred.flatMap((name) => found.find((file) => file.name === name) ?? [])[0];
  if (usual === undefined && found.length > 1) throw new Error(`${folder}: it holds ${found.map(({ name }) => `${name}.onnx`).join(', ')}; name the one to run model.onnx`);
  const [file = undefined] = usual === undefined ? found : [usual];
  if (file === undefined) return undefined;
  const parts = await partsOf(folder, file);
  const sizes = await Promise.all(parts.map(async (path) => (await stat(path)).size));
  return { ...file, path: join(folder, file.subfolder, `${file.name}.onnx`), bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Changes when the graph or any of its weights does. */
export async function fingerprintOnnx(folder: string, file: Pick<OnnxFile, 'subfolder' | 'name'>): Promise<string> {
  const parts = await partsOf(folder, file);
  const hashes: string[] = [];
  for (const part of parts) hashes.push(await hashFile(part));
  return fingerprint(hashes);
}

/** The file, then those with weights too large for it (`model.onnx_data`, `model.onnx.data`), by name. */
async function partsOf(folder: string, { subfolder, name }: Pick<OnnxFile, 'subfolder' | 'name'>): Promise<string[]> {
  const names = await readdir(join(folder, subfolder));
  return names.filter((one) => one === `${name}.onnx` || one.startsWith(`${name}.onnx_data`) || one.startsWith(`${name}.onnx.data`)).sort().map((one) => join(folder, subfolder, one));
}
