/**
 * Where this package lies, in a clone, installed or unpacked from a bundle, and where the native engine's parts lie in it.
 */
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import manifest from '../../../package.json' with { type: 'json' };
import { addonPlace } from '../../engine/torch/addon.ts';
import { recordName } from '../../engine/torch/unchanged.ts';
import { fingerprint, hashFile } from '../../storage/hash.ts';

/** The nearest folder above this file whose package.json is ours: dist/ and src/ lie at different depths. */
export function packageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (nameIn(folder) === manifest.name) return folder;
    if (folder === dirname(folder)) throw new Error(`the package ${manifest.name} is not whole: no package.json above ${fileURLToPath(import.meta.url)}; install it again`);
  }
}

function nameIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string }).name;
  } catch {
    return undefined;
  }
}

export const commandFile = (root: string): string => join(root, 'dist', 'cli.js');

/** The addon's own file, which package.json imports as `#torch-addon`. */
export const addonFile = (root: string): string => join(root, ...addonPlace);

export const nativeSources = (root: string): string => join(root, 'src', 'engine', 'torch', 'native');

/** The folder of node_api.h. @throws if the package node-api-headers is not there. */
export async function nodeApiHeaders(root: string): Promise<string> {
  const missing = 'the headers of Node-API are missing: npm install node-api-headers@1.9.0 (0.2 MB)';
  try {
    const folder = join(dirname(createRequire(join(root, 'package.json')).resolve('node-api-headers')), 'include');
    await stat(join(folder, 'node_api.h'));
    return folder;
  } catch (error) {
    throw new Error(missing, { cause: error });
  }
}

/** Sources of the addon below `folder`, in order: those it is compiled of, and their headers. */
export async function sourceFiles(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  return files.filter((file) => /\.(cc|h)$|^CMakeLists\.txt$/.test(file)).map((file) => file.replaceAll('\\', '/')).sort();
}

/** What identifies the sources, and an addon built of them: its `buildId`. @throws if there are none. */
export async function sourcesId(folder: string): Promise<string> {
  const files = await sourceFiles(folder);
  if (files.length === 0) throw new Error(`${folder}: the sources of the native engine are missing; install ${manifest.name} again`);
  return fingerprint(await Promise.all(files.map(async (file) => [file, await hashFile(join(folder, file))]))).slice(0, 16);
}

const recordSchema = z.object({
  /** Of all that went into it. */
  key: z.string(),
  buildId: z.string(),
  libtorch: z.string(),
  version: z.string(),
  cuda: z.boolean(),
  compiler: z.string(),
  /** Of the addon and LibTorch's libraries, by their paths. */
  bytes: z.record(z.string(), z.number()),
});
/** What is known of the addon that was built last. */
export type BuildRecord = Readonly<z.infer<typeof recordSchema>>;

export const recordFile = (root: string): string => join(dirname(addonFile(root)), recordName);

/** Undefined where nothing was built, or not by `retort build-native`. */
export async function readBuildRecord(root: string): Promise<BuildRecord | undefined> {
  try {
    await stat(addonFile(root));
    return recordSchema.parse(JSON.parse(await readFile(recordFile(root), 'utf8')));
  } catch {
    return undefined;
  }
}
