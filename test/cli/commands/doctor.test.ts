import test from 'ava';
import { addDoctor } from '../../../src/cli/commands/doctor.ts';
import type { EngineReport } from '../../../src/cli/engine-report.ts';
import { engineNames } from '../../../src/engine/engine.ts';
import { ask } from '../in-process.ts';

interface Answer {
  readonly machine: Record<string, unknown>;
  readonly warnings: readonly string[];
  readonly engines: readonly EngineReport[];
}

test.serial('every engine there is, here or not', async (t) => {
  const { said, answered } = await ask(addDoctor, 'doctor');
  const { machine, engines } = answered[0] as Answer;
  t.deepEqual([...new Set(engines.map(({ engine }) => engine))], engineNames);
  t.is(machine.node, process.versions.node);
  const text = said.join('\n');
  for (const { engine, problem } of engines) t.true(text.includes(problem === undefined ? `${engine} ` : `${engine}: not here; ${problem}`), text);
  t.regex(text, /wasm +cpu +fp32 +1 +\d+ GFLOP\/s \(512\)/);
});

test.serial('one engine alone; one that does not start fails the command, after it has answered', async (t) => {
  const error = await t.throwsAsync(ask(addDoctor, 'doctor', '--engine', 'webgpu'));
  t.regex(error?.message ?? '', /webgpu/);
  const { answered } = await ask(addDoctor, 'doctor', '--engine', 'wasm');
  t.deepEqual((answered[0] as Answer).engines.map(({ engine, facts }) => [engine, facts?.device]), [['wasm', 'cpu']]);
});

test('wrong use is said', async (t) => {
  for (const [words, said] of [
    [['--engine', 'steam'], /Allowed choices are auto, torch, wasm/],
    [['--device', 'gpu'], /Wanted: cpu, or cuda:N/],
    [['--precision', 'fp8'], /Allowed choices are fp32, bf16/],
    [['--threads', '0'], /Wanted: a whole number from 1/],
  ] as const) await t.throwsAsync(ask(addDoctor, 'doctor', ...words), { name: 'CommanderError', message: said });
});
