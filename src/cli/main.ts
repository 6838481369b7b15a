#!/usr/bin/env node
/**
 * The `retort` command: one entry per command, exit codes 0 (fine), 1 (failed), 2 (wrong use), 130 (Ctrl-C, after a checkpoint).
 */
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addAugment } from './commands/augment.ts';
import { addBuildNative } from './commands/build-native.ts';
import { addBuildTensorflow } from './commands/build-tensorflow.ts';
import { addDistill } from './commands/distill.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addLabel } from './commands/label.ts';
import { addList } from './commands/list.ts';
import { addPlan } from './commands/plan.ts';
import { addPredict } from './commands/predict.ts';
import { addPretrain } from './commands/pretrain.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addTrain } from './commands/train.ts';
import { openDoor } from './door.ts';

async function main(): Promise<number> {
  const interruption = new AbortController();
  const program = new Command('retort')
    .description('Retort distils language models: teacher, labels, student, evaluation, export.')
    .version(manifest.version)
    .option('--json', 'print one JSON value instead of text')
    .option('--verbose', 'show stack traces')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const door = openDoor({
    arguments: process.argv.slice(2),
    environment: process.env,
    signal: interruption.signal,
    globals: () => program.opts<{ json?: boolean; verbose?: boolean }>(),
  });
  for (const add of [addRun, addTrain, addPretrain, addPlan, addLabel, addAugment, addDistill, addEvaluate, addPredict, addExport, addReport, addList, addDoctor, addBuildNative, addBuildTensorflow]) add(program, door);

  process.on('SIGINT', () => {
    if (interruption.signal.aborted) process.exit(130); // a second Ctrl-C does not wait for the checkpoint
    door.console().note('\nstopping after this step, with a checkpoint (Ctrl-C again to stop at once)');
    interruption.abort(new Error('interrupted'));
  });
  // Nobody reads on, as behind `| head`: work under way stops with its checkpoint, and what is only told ends here.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interruption.abort(new Error('nobody reads the output'));
  });
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (interruption.signal.aborted) {
      door.console().note('interrupted; the same command goes on where this one stopped');
      return 130;
    }
    const message = error instanceof Error ? error.message : String(error);
    door.console().note(door.verbose() && error instanceof Error ? (error.stack ?? message) : `retort: ${message}`);
    return 1;
  }
}

process.exitCode = await main();
