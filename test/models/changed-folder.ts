/** A copy of a fixture's folder with other tensors or another config, to see what loading says to it. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { readCheckpoint, writeCheckpoint } from '../../src/storage/checkpoint.ts';
import { float32Tensor } from '../../src/storage/halves.ts';
import { readJson, writeJson } from '../../src/storage/json.ts';
import type { HostTensor } from '../../src/storage/safetensors.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));

type Change = (tensors: Map<string, HostTensor>, config: Record<string, unknown>) => void;

export async function changedFolder(t: ExecutionContext, name: string, change: Change): Promise<string> {
  const folder = await temporaryFolder(t);
  const tensors = await readCheckpoint(fixture(name));
  const config = (await readJson(join(fixture(name), 'config.json'))) as Record<string, unknown>;
  change(tensors, config);
  await writeJson(join(folder, 'config.json'), config);
  await writeCheckpoint(folder, tensors);
  return folder;
}

export function filled(shape: readonly number[], value = 0.5): HostTensor {
  return float32Tensor(shape, new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(value));
}

export function renamed(tensors: Map<string, HostTensor>, from: string, to: string): void {
  const tensor = tensors.get(from);
  if (tensor === undefined) throw new Error(`the fixture has no ${from}`);
  tensors.delete(from);
  tensors.set(to, tensor);
}
