/**
 * A published result done again at the size of this machine, as data: which recipe with which settings, where its runs are recorded, and
 * which of them is done again to check. What is published, what is run here and what came out stands in the header of each file.
 */

export interface Reproduction {
  readonly recipe: string;
  /** By path, as for `--set`; texts and values. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The recipe's settings that name files and folders outside, which the caller gives: `heldOut` by --held-out or RETORT_HELD_OUT, and so on. */
  readonly needs: readonly string[];
  /** The folder of its runs below recipes/results, which is also that of its run below runs/. */
  readonly record: string;
  readonly baseline: string;
  readonly arms: readonly string[];
  /** A recorded run that needs no teacher. */
  readonly check: string;
}

/** Arms of recipes/glue-arms.ts on all of SST-2, recorded together whichever reproduction runs them. */
export function onSst2(arms: readonly string[], more: { readonly students?: readonly string[]; readonly check?: string } = {}): Reproduction {
  const { students = ['cut', 'fresh'], check = 'cut-3x384-fine-tuning-seed1' } = more;
  const own = ['fine-tuning', ...arms];
  return { recipe: 'recipes/glue-arms.ts', settings: { arms: own, students }, needs: ['glue', 'encoder'], record: 'sst2-arms', baseline: 'fine-tuning', arms: own, check };
}

/** Arms of recipes/glue-arms.ts on another task, tested on dev alone: about three epochs for teacher and students. */
export function onTask(task: string, { record, steps }: { readonly record: string; readonly steps: number }): Reproduction {
  const arms = ['fine-tuning', 'soft-labels', 'tinybert', 'minilm'];
  const settings = { task, arms, students: ['cut'], heldOut: null, teacherSteps: steps, steps };
  return { recipe: 'recipes/glue-arms.ts', settings, needs: ['glue', 'encoder'], record, baseline: 'fine-tuning', arms, check: 'cut-3x384-fine-tuning-seed1' };
}
