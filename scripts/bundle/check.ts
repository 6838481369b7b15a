/**
 * `./run check` of a bundle: builds the torch engine, looks at it, tests it, trains the quick start on it and measures it against
 * PyTorch, in so many minutes on one device; a step that fails stops none after it. Exit code: 0 all passed, 1 not, 2 wrong use.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runSteps, type Step } from './steps.ts';

const home = resolve(import.meta.dirname, '..', '..');
const opSpecs = 'test/conformance/torch.test.ts';
const usualMinutes = 8;
const stepNames = ['build', 'doctor', 'specs', 'suites', 'quickstart', 'bench'] as const;

const usage = `Usage: ./run check [OPTIONS]

  --device NAME     cpu or cuda:N (cpu)
  --to FOLDER       for check.json, bench.json and a log of each step, eight files at most (./check)
  --minutes N       of all steps together (${usualMinutes}); a slow machine wants more
  --step NAMES      only these, with commas: ${stepNames.join(', ')}
  --kernels library on the CPU: nothing but LibTorch's own kernels in specs and suites, as on CUDA
  --jobs N          files compiled, and test files run, at a time
  --small           the bench with tiny models: tries it, measures nothing`;

interface Wishes {
  readonly device: string;
  readonly to: string;
  readonly minutes: number;
  readonly names: readonly string[];
  readonly kernels: string | undefined;
  readonly jobs: string | undefined;
  readonly small: boolean;
}

/** @throws in one sentence. */
function parse(words: readonly string[]): Wishes | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ args: [...words], options: { device: text, to: text, minutes: text, step: text, kernels: text, jobs: text, small: flag, help: flag } });
  if (values.help === true) return undefined;
  const { device = 'cpu', to = 'check', minutes = String(usualMinutes), step = stepNames.join(','), kernels, jobs, small = false } = values;
  if (!/^(cpu|cuda:\d+)$/.test(device)) throw new Error(`--device ${device}: give cpu or cuda:N`);
  for (const [option, count] of [['minutes', minutes], ['jobs', jobs ?? '1']] as const) if (!/^[1-9]\d*$/.test(count)) throw new Error(`--${option} ${count}: give a whole number from 1`);
  if (kernels !== undefined && kernels !== 'library') throw new Error(`--kernels ${kernels}: there is only library`);
  const names = step.split(',');
  for (const name of names) if (!(stepNames as readonly string[]).includes(name)) throw new Error(`--step ${name}: there are ${stepNames.join(', ')}`);
  return { device, to: resolve(to), minutes: Number(minutes), names, kernels, jobs, small };
}

/** Their limits are for the usual minutes, and grow with those given. Bench last: with what is left of the time it measures as many cases as fit, and its file holds each once it is done. */
async function stepsOf({ device, to, minutes, names, kernels, jobs, small }: Wishes, runs: string): Promise<Step[]> {
  const node = [process.execPath, ...process.execArgv] as const;
  const cli = join(home, 'dist', 'cli.js');
  const tested = { RETORT_TEST_ENGINE: 'torch', RETORT_TEST_DEVICE: device, ...(kernels !== undefined && { RETORT_TEST_KERNELS: kernels }) };
  const suites = (await readFile(join(home, 'suites'), 'utf8')).split('\n').filter((file) => file !== '' && file !== opSpecs);
  const atOnce = jobs ?? String(Math.max(1, Math.min(8, Math.floor(availableParallelism() / 2))));
  const bench = ['--engine', 'torch', '--device', device, '--peer', 'torch', '--precision', 'fp32,bf16', '--case', 'kd-mini,kd-6x768,triple-loss,label,op-overhead', '--pairs', '5', '--seconds', '20', '--json', join(to, 'bench.json')];
  const usual: Step[] = [
    { name: 'build', command: [process.execPath, cli, 'build-native', ...(jobs === undefined ? [] : ['--jobs', jobs])], mostSeconds: 240 },
    { name: 'doctor', command: [process.execPath, cli, 'doctor'], mostSeconds: 90 },
    { name: 'specs', command: [...node, 'scripts/test.ts', opSpecs, '--verbose'], environment: tested, mostSeconds: 120 },
    { name: 'suites', command: [...node, 'scripts/test.ts', ...suites, '--verbose', '--concurrency', atOnce], environment: tested, mostSeconds: 240 },
    { name: 'quickstart', command: [process.execPath, cli, 'run', join(home, 'recipes', 'quickstart.ts'), '--set', `corpus=${join(home, 'corpora/opinions/sample')}`, '--engine', 'torch', '--device', device], cwd: runs, mostSeconds: 120 },
    { name: 'bench', command: [...node, 'scripts/bench.ts', ...bench, ...(small ? ['--small'] : [])], mostSeconds: 600 },
  ];
  return usual.filter(({ name }) => names.includes(name)).map((step) => ({ cwd: home, ...step, mostSeconds: (step.mostSeconds * minutes) / usualMinutes }));
}

try {
  const wishes = parse(process.argv.slice(2));
  if (wishes === undefined) console.log(usage);
  else process.exitCode = await check(wishes);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}

async function check(wishes: Wishes): Promise<number> {
  const runs = await mkdtemp(join(tmpdir(), 'retort-check-'));
  try {
    const facts = { device: wishes.device, kernels: wishes.kernels ?? 'own', began: new Date().toISOString() };
    const outcomes = await runSteps({ steps: await stepsOf(wishes, runs), folder: wishes.to, seconds: 60 * wishes.minutes, facts, tell: (line) => console.log(line) });
    console.log(`\n${join(wishes.to, 'check.json')}`);
    return outcomes.every(({ state }) => state === 'passed') ? 0 : 1;
  } finally {
    await rm(runs, { recursive: true, force: true });
  }
}
