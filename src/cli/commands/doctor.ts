/**
 * `retort doctor`: which engines run here, on what, how fast, and what slows them down.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import { type EngineName, engineNames } from '../../engine/engine.ts';
import type { EngineOptions } from '../../engine/options.ts';
import { formatBytes } from '../../report/units.ts';
import type { Door } from '../door.ts';
import { addDeviceOptions, engineOption } from '../engine-option.ts';
import { askEngines, engineLines, inspectEngine } from '../engine-report.ts';
import { machineWarnings, surroundings } from '../engine-warnings.ts';
import { versions } from '../run.ts';

type Options = EngineOptions & { engine?: EngineName | 'auto' };

export function addDoctor(program: Command, door: Door): void {
  const command = program
    .command('doctor')
    .description('show the engines, what they run on, a measured rate and what slows them down')
    .addOption(engineOption());
  addDeviceOptions(command)
    .addHelpText('after', '\nWith --engine only that one is started, in this process; else each, on every device and in every precision it has.\n\nExample:\n  $ retort doctor\n')
    .action(async ({ engine, ...options }: Options) => {
      const console = door.console();
      const machine = { ...versions(), processor: cpus()[0]?.model ?? 'unknown', processors: availableParallelism(), memory: formatBytes(totalmem()) };
      for (const [what, value] of Object.entries(machine)) console.say(`${what.padEnd(10)} ${value}`);
      const warnings = machineWarnings(surroundings(process.env));
      const engines = engine === undefined || engine === 'auto' ? await askEngines(engineNames, options) : [await inspectEngine(engine, options)];
      console.say(['', ...engineLines(engines), ...warnings].join('\n'));
      console.answer({ machine, warnings, engines });
      const [only] = engines;
      if (engine !== undefined && engine !== 'auto' && only?.problem !== undefined) throw new Error(only.problem);
    });
}
