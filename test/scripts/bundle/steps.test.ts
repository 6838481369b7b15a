// Steps one after another: what failed, what took too long with all it started, what came too late; none stops the next.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { runSteps, type Step, type StepOutcome } from '../../../scripts/bundle/steps.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

const shell = (name: string, script: string, mostSeconds = 60): Step => ({ name, command: ['/bin/sh', '-c', script], mostSeconds });

async function outcomesOf(steps: readonly Step[], folder: string, seconds = 600): Promise<{ outcomes: StepOutcome[]; told: string[] }> {
  const told: string[] = [];
  const outcomes = await runSteps({ steps, folder, seconds, facts: { device: 'cpu' }, tell: (line) => told.push(line) });
  return { outcomes, told };
}

test('each step has its log and its last line; a failure stops none after it', async (t) => {
  const folder = join(await temporaryFolder(t), 'new');
  const steps = [shell('good', 'echo one; echo two >&2'), shell('bad', 'echo oh; exit 3'), { name: 'none', command: ['/nowhere/tool'], mostSeconds: 60 } as const, { ...shell('place', 'pwd; echo $WHO'), environment: { WHO: 'me' }, cwd: '/' }];
  const { outcomes, told } = await outcomesOf(steps, folder);
  t.deepEqual(outcomes.map(({ name, state, says }) => [name, state, says]), [['good', 'passed', 'two'], ['bad', 'failed', 'oh'], ['none', 'failed', 'spawn /nowhere/tool ENOENT'], ['place', 'passed', 'me']]);
  t.is(told.length, 4);
  t.is(await readFile(join(folder, 'place.log'), 'utf8'), '/\nme\n');
  const { device, steps: written } = JSON.parse(await readFile(join(folder, 'check.json'), 'utf8')) as { device: string; steps: StepOutcome[] };
  t.deepEqual([device, written], ['cpu', outcomes]);
  t.deepEqual((await readdir(folder)).sort(), ['bad.log', 'check.json', 'good.log', 'none.log', 'place.log']);
});

test('a step that takes too long is ended with what it started; what would come too late is not begun', async (t) => {
  const folder = await temporaryFolder(t);
  const { outcomes } = await outcomesOf([shell('long', '(sleep 3; touch late) & echo begun; wait', 1), shell('after', 'echo here')].map((step) => ({ ...step, cwd: folder })), folder);
  t.deepEqual(outcomes.map(({ state, says }) => [state, says]), [['out of time', 'begun'], ['passed', 'here']]);
  await sleep(3500);
  t.false((await readdir(folder)).includes('late'));
  const { outcomes: none } = await outcomesOf([shell('never', 'echo here')], folder, 1);
  t.deepEqual(none.map(({ state, says }) => [state, says]), [['not run', 'the 1 seconds of the whole were used up']]);
});
