/**
 * Runs TensorFlow.js's own op specs, which its core package ships compiled, against one backend: bundles the specs with the backend, because
 * all of them must see one tfjs-core and its ESM files are only for bundlers, and runs the bundle in a process of its own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Exclusion } from './exclusions.ts';
import { judge, type Outcome, type RawOutcome } from './outcome.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** One run takes ten seconds on an idle machine; far beyond that it hangs. */
const patienceMs = 8 * 60_000;

/**
 * @param entry the file beside this one that starts the backend and calls `runSpecs`.
 * @throws if the child dies before it has told its outcome, and as `judge` does.
 */
export async function runConformance(entry: string, exclusions: readonly Exclusion[]): Promise<Outcome> {
  const shelf = join(root, 'build/conformance'); // inside the tree: the bundle leaves jasmine to node_modules, and an engine finds its addon from here
  await mkdir(shelf, { recursive: true });
  const folder = await mkdtemp(join(shelf, 'run-'));
  try {
    const bundle = join(folder, 'specs.mjs');
    await bundleSpecs(join(here, entry), bundle);
    return judge(await outcomeOf(bundle), exclusions);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleSpecs(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'], // one ESM copy of tfjs-core for everybody
    keepNames: true, // the backend is known by its class
    ignoreAnnotations: true, // its package.json calls the spec files free of side effects, and they would be dropped
    external: ['jasmine-core', '@tensorflow/tfjs-backend-wasm'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" }, // tfjs-core calls require in places
    plugins: [
      {
        name: 'the private import of package.json, from its source',
        setup: (building) => building.onResolve({ filter: /^#gradients$/ }, () => ({ path: join(root, 'src/engine/gradients.ts') })),
      },
    ],
    logLevel: 'silent', // faults are thrown; the library's warnings are not ours
  });
}

async function outcomeOf(bundle: string): Promise<RawOutcome> {
  const child = fork(bundle, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] }); // a few specs print
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  try {
    return await told(child);
  } finally {
    clearTimeout(patience);
  }
}

function told(child: ChildProcess): Promise<RawOutcome> {
  let outcome: RawOutcome | undefined;
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  child.on('message', (message) => (outcome = message as RawOutcome));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (outcome !== undefined) resolve(outcome);
      else reject(new Error(`the specs ended (${signal ?? `code ${String(code)}`}) before they told their outcome\n${errors}`));
    });
  });
}
