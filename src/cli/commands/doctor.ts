/**
 * `retort doctor`: what runs here and how fast.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import { engineNames, measureMatMulRate, useEngine } from '../../engine/engine.ts';
import { formatTable } from '../../report/table.ts';
import { formatBytes } from '../../report/units.ts';
import type { Door } from '../door.ts';
import { versions } from '../run.ts';

export function addDoctor(program: Command, door: Door): void {
  program
    .command('doctor')
    .description('show the engines, what they run on and a measured rate')
    .addHelpText('after', '\nExample:\n  $ retort doctor\n')
    .action(async () => {
      const console = door.console();
      const machine = { ...versions(), processor: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), memory: formatBytes(totalmem()) };
      for (const [what, value] of Object.entries(machine)) console.say(`${what.padEnd(10)} ${value}`);
      const engines = [];
      for (const name of engineNames) {
        const facts = await useEngine(name);
        engines.push({ ...facts, gflops: await measureMatMulRate() });
      }
      console.say('');
      console.say(formatTable(
        ['engine', 'device', 'precision', 'threads', 'matmul 512', 'what'],
        engines.map(({ engine, device, precision, threads, gflops, what }) => [engine, device, precision, threads, `${gflops.toFixed(1)} GFLOP/s`, what]),
      ));
      console.answer({ machine, engines });
    });
}
