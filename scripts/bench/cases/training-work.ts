/**
 * Our side of a training case: the steps that `train` takes, gradients and one update, over a ring of batches. Dropout is off while
 * losses are compared and on while steps are timed; the weights stay the same ones.
 */
import { engineMemory } from '../../../src/engine/engine.ts';
import type { HostArrays } from '../../../src/engine/batch.ts';
import { randomKey } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import type { EncoderConfig } from '../../../src/models/config.ts';
import { createModel, type Model } from '../../../src/models/model.ts';
import type { Wants } from '../../../src/models/output.ts';
import { asksFirstAlone, asksLastAttention } from '../../../src/models/states.ts';
import type { Parameters } from '../../../src/nn/parameters.ts';
import type { Objective } from '../../../src/objectives/objective.ts';
import type { Teacher } from '../../../src/teacher/teacher.ts';
import { openAuxiliary, shapesOf, together } from '../../../src/train/auxiliary.ts';
import { stepGradients } from '../../../src/train/gradients.ts';
import { Optimizer } from '../../../src/train/optimizer.ts';
import type { Part, Settings } from '../protocol.ts';
import type { Work } from './case.ts';
import type { TrainingSettings } from './case-folder.ts';

export interface Lesson {
  readonly student: Model;
  readonly teacher: Teacher;
  readonly objective: Objective;
  readonly batches: readonly HostArrays[];
  readonly settings: TrainingSettings;
  /** What is timed, by name. */
  readonly part?: string;
  /** For the row. */
  readonly told?: Settings;
}

const checkedSteps = 3;

export class TrainingWork implements Work {
  readonly parts: readonly Part[];
  readonly #lesson: Lesson;
  readonly #optimizer: Optimizer;
  readonly #auxiliary: Parameters;
  #student: Model;
  #step = 0;
  #updatedParameters = 0;

  constructor(lesson: Lesson) {
    const { part = 'step', batches, objective, settings } = lesson;
    this.parts = [{ name: part, itemsPerStep: batches[0]?.rows ?? 0 }];
    this.#lesson = lesson;
    this.#auxiliary = openAuxiliary(objective, shapesOf(lesson, batches.reduce((sum, { rows }) => sum + rows, 0)), settings.seed);
    const { config, parameters } = lesson.student;
    this.#student = createModel({ ...config, hiddenDropout: 0, attentionDropout: 0, classifierDropout: 0 }, parameters);
    this.#optimizer = new Optimizer(together(parameters, this.#auxiliary), settings);
  }

  async check(): Promise<number[]> {
    const losses: number[] = [];
    for (let step = 0; step < checkedSteps; step++) losses.push(await this.#steps(1));
    return losses;
  }

  async prepare(): Promise<Settings> {
    this.#student = this.#lesson.student;
    return Promise.resolve({});
  }

  async run(_part: string, steps: number): Promise<void> {
    await this.#steps(steps);
  }

  settings(): Settings {
    const { hiddenDropout, attentionDropout } = this.#student.config;
    const peakDeviceBytes = engineMemory()?.peakBytes;
    return {
      dropout: { hidden: hiddenDropout, attention: attentionDropout },
      updatedParameters: this.#updatedParameters,
      lastLayer: lastLayer(this.#student.config, this.#lesson.objective.wants.student), // a peer computes it whole
      maxGradientNorm: this.#lesson.settings.maxGradientNorm,
      ...this.#lesson.told,
      ...(peakDeviceBytes !== undefined && { peakDeviceMB: peakDeviceBytes / 1e6 }),
    };
  }

  /** @returns the last step's loss; reading it waits for the device. */
  async #steps(count: number): Promise<number> {
    const { batches, settings, objective, teacher } = this.#lesson;
    const { learningRate, seed } = settings;
    let last: tf.Tensor[] = [];
    for (let i = 0; i < count; i++) {
      tf.dispose(last);
      const batch = batches[this.#step % batches.length];
      if (batch === undefined) throw new Error('the case has no batches');
      const step = ++this.#step;
      const { gradients, loss, parts } = await stepGradients({ student: this.#student, objective, teacher, auxiliary: this.#auxiliary }, [batch], { step, key: randomKey(seed, 'dropout', step) });
      const verdict = this.#optimizer.update(gradients, { step, learningRate });
      this.#updatedParameters = [...gradients.keys()].reduce((sum, { size }) => sum + size, 0);
      tf.dispose([...gradients.values(), ...parts.values()]);
      last = [loss, verdict];
    }
    const [[loss = NaN] = [], [, taken] = []] = await Promise.all(last.map(async (tensor) => tensor.data()));
    tf.dispose(last);
    if (taken !== 1) throw new Error(`step ${this.#step} was skipped: its gradients were not finite`);
    return loss;
  }
}

/** For which tokens it is computed. */
function lastLayer(config: EncoderConfig, wants: Wants): string {
  if (!asksFirstAlone(config, wants)) return 'whole';
  return asksLastAttention(config, wants) ? 'first token, attention whole' : 'first token';
}
