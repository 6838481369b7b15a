/**
 * `retort report <run>`: writes the page anew from what a run's folder holds, also while the run goes on or after it was stopped.
 */
import type { Command } from 'commander';
import type { Door } from '../door.ts';
import { writeRunReport } from '../run-report.ts';

export function addReport(program: Command, door: Door): void {
  program
    .command('report')
    .description('write a run\'s page anew, also of a run that has not ended')
    .argument('<run>', 'the folder of a run')
    .addHelpText('after', '\nTensorBoard reads the same numbers while training goes on: tensorboard --logdir <run>/tensorboard\n\nExample:\n  $ retort report runs/student\n')
    .action(async (folder: string) => {
      const console = door.console();
      const report = await writeRunReport(folder);
      console.say(report);
      console.answer({ report });
    });
}
