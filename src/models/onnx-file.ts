/**
 * A graph as a file, with this project's name in it: whole or not at all.
 */
import manifest from '../../package.json' with { type: 'json' };
import { writeFileAtomically } from '../storage/atomic.ts';
import { encodeOnnxModel, type OnnxGraph } from '../storage/onnx-model.ts';

/** Needs memory for one more copy of the linear weights while it runs. Throws what `make` throws, with the file's name, and where the file would pass the 2 GiB that protobuf allows. */
export async function writeOnnxGraph(path: string, make: () => OnnxGraph): Promise<void> {
  await writeFileAtomically(path, encoded(path, make));
}

function encoded(path: string, make: () => OnnxGraph): Uint8Array[] {
  try {
    return encodeOnnxModel({ irVersion: 8, opset: 17, producer: { name: manifest.name, version: manifest.version }, graph: make() });
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
