/**
 * `retort plan <teacher...> <corpus>`: what `retort distill` with the same options would cost (parameters, memory, label bytes, operations,
 * minutes on this engine), before anything is spent; and with `--probe` which layers to match.
 */
import type { Command } from 'commander';
import { engineFacts } from '../../engine/engine.ts';
import { openDistillLesson } from '../distill-lesson.ts';
import { addDistillOptions, type DistillOptions, refuseUnfit } from '../distill-options.ts';
import type { Door } from '../door.ts';
import { engineDescription } from '../engine-option.ts';
import { wholeNumber } from '../option-values.ts';
import { planOf } from '../plan.ts';
import { planText } from '../plan-text.ts';
import { probeLayers, probeText } from '../probe.ts';
import { teachersAndCorpus } from '../voice-options.ts';

interface Options extends DistillOptions {
  readonly probe?: number;
}

export function addPlan(program: Command, door: Door): void {
  const command = addDistillOptions(program.command('plan').description('say what a distillation would cost, and which layers to match, before anything is spent'), { translators: false })
    .option('--probe <n>', 'compare layers on so many training examples, and propose which to match', wholeNumber);
  command
    .addHelpText('after', '\nThe options are those of distill, but for translators, which are not planned. Nothing is trained or labelled but a few steps to take the time of.\n\nExample:\n  $ retort plan runs/teacher/model corpora/opinions/sample --layers 0 --objective pkd --match 1:1 --examples 500 --probe 50\n')
    .action(async (words: string[], options: Options) => {
      const named = teachersAndCorpus(command, words);
      refuseUnfit(command, options);
      const console = door.console();
      const lesson = await openDistillLesson(named, { command, options, console, signal: door.signal });
      const student = await lesson.starting.start();
      const probe = options.probe === undefined ? undefined : await probeLayers(lesson, { student, examples: options.probe, ...(options.maxTokens !== undefined && { maxTokens: options.maxTokens }) });
      const plan = await planOf(lesson, { student }, { options, console, signal: door.signal });
      student.dispose();
      console.say(planText(plan, engineDescription(engineFacts())));
      if (probe !== undefined) console.say(`\n${probeText(probe)}`);
      console.answer({ ...plan, ...(probe && { probe }) });
    });
}
