import test from 'ava';
import { askEngine, askEngines, engineLines, type EngineReport, inspectEngine } from '../../src/cli/engine-report.ts';
import { engineNames } from '../../src/engine/engine.ts';
import { engineUnderTest } from '../engine-choice.ts';

/** What must hold of an engine that starts. */
function isSound({ facts, matMul, calls, problem, warnings }: EngineReport): boolean {
  return problem === undefined && facts !== undefined && matMul !== undefined && matMul.gflops > 0 && Object.keys(calls?.fallback ?? { absent: 1 }).length === 0 && !warnings.some((warning) => warning.includes('training step'));
}

test.serial('the engine of this process: facts, a rate, a training step without a slow kernel', async (t) => {
  const report = await inspectEngine(engineUnderTest, {});
  t.true(isSound(report), JSON.stringify(report));
  t.is(report.facts?.engine, engineUnderTest);
});

test.serial('a process keeps one engine, so another is asked in a process of its own', async (t) => {
  const other = engineNames.find((name) => name !== engineUnderTest) ?? 'wasm';
  t.regex((await inspectEngine(other, {})).problem ?? '', /the \w+ engine is in use: one process keeps one engine/);
  t.true(isSound(await askEngine('wasm')));
});

test.serial('every device and precision of an engine is asked for, and an absent engine says how it is got', async (t) => {
  const reports = await askEngines(engineNames);
  t.deepEqual([...new Set(reports.map(({ engine }) => engine))], engineNames);
  for (const report of reports) {
    const { engine, facts, problem } = report;
    if (facts === undefined) t.regex(problem ?? '', /retort build-native|retort build-tensorflow|npm install|found no GPU/, engine);
    else t.true(isSound(report), JSON.stringify(report));
  }
  for (const { facts } of reports) {
    if (facts === undefined) continue;
    const combinations = reports.filter((report) => report.facts?.engine === facts.engine).map((report) => `${report.facts?.device ?? ''} ${report.facts?.precision ?? ''}`);
    t.deepEqual(combinations.sort(), facts.devices.flatMap((device) => facts.precisions.map((precision) => `${device} ${precision}`)).sort());
  }
  const fixed = await askEngines(['wasm'], { device: 'cuda:0' });
  t.regex(fixed[0]?.problem ?? '', /runs on cpu, not on cuda:0/);
});

test('as a person reads it', (t) => {
  const facts = { engine: 'torch', what: '', device: 'cpu', precision: 'bf16', threads: 2, tfjs: '4.22.0', library: 'LibTorch 2.13.0 (AVX512)', devices: ['cpu'], precisions: ['fp32', 'bf16'], passedOver: [] } as const;
  const lines = engineLines([
    { engine: 'torch', facts, matMul: { size: 2048, gflops: 1234.5 }, calls: { native: 1200, fallback: { FFT: 2, Einsum: 1 } }, warnings: ['slow in some way'] },
    { engine: 'webgpu', problem: 'two packages are missing', warnings: [] },
  ]);
  t.deepEqual(lines, [
    'engine  device  precision  threads       matrix products  own / fall-back calls  library',
    '──────  ──────  ─────────  ───────  ────────────────────  ─────────────────────  ────────────────────────',
    'torch   cpu     bf16             2  1,235 GFLOP/s (2048)              1,200 / 3  LibTorch 2.13.0 (AVX512)',
    '',
    'torch cpu bf16: slow in some way',
    'webgpu: not here; two packages are missing',
  ]);
});
