/**
 * A graph as a file, with this project's name in it: whole or not at all.
 */
import manifest from '../../package.json' with { type: 'json' };
import { writeFileAtomically } from '../storage/atomic.ts';
import { encodeOnnxModel, type OnnxGraph } from '../storage/onnx-model.ts';

/** A file to be, encoded. */
export interface OnnxFile {
  readonly path: string;
  readonly bytes: readonly Uint8Array[];
}

/** Needs memory for one more copy of the linear weights. Throws what `make` throws, with the file's name, and where the file would pass the 2 GiB that protobuf allows. */
export function onnxFile(path: string, make: () => OnnxGraph): OnnxFile {
  try {
    return { path, bytes: encodeOnnxModel({ irVersion: 8, opset: 17, producer: { name: manifest.name, version: manifest.version }, graph: make() }) };
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export async function writeOnnxFile({ path, bytes }: OnnxFile): Promise<void> {
  await writeFileAtomically(path, bytes);
}
