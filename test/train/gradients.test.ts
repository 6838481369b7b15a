import test from 'ava';
import type { HostArrays } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { hint } from '../../src/objectives/hint.ts';
import { uniformMatches } from '../../src/objectives/layer-match.ts';
import { minilmAttention } from '../../src/objectives/minilm-attention.ts';
import { minilmValueRelation } from '../../src/objectives/minilm-value-relation.ts';
import { pkd } from '../../src/objectives/pkd.ts';
import { tinybertAttention } from '../../src/objectives/tinybert-attention.ts';
import { tinybertHidden } from '../../src/objectives/tinybert-hidden.ts';
import { distilbert } from '../../src/objectives/distilbert.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { labelSmoothing } from '../../src/objectives/label-smoothing.ts';
import { noisyLogit } from '../../src/objectives/noisy-logit.ts';
import { type Objective, weighted } from '../../src/objectives/objective.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { liveTeacher, type Teacher } from '../../src/teacher/teacher.ts';
import { type HostBatch, trainingBatches } from '../../src/text/batches.ts';
import { wordMasking } from '../../src/text/masking.ts';
import { openAuxiliary, shapesOf } from '../../src/train/auxiliary.ts';
import { disposeStep, type Learning, sharesOf, stepGradients } from '../../src/train/gradients.ts';
import { Optimizer } from '../../src/train/optimizer.ts';
import { accumulated } from '../../src/engine/fused/accumulate.ts';
import { linear } from '../../src/engine/fused/linear.ts';
import { close, read, rounded, roundedDeep } from '../engine/numbers.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { pairArrays, pairs, tinySeq2Seq } from '../models/seq2seq/tiny-seq2seq.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';
import { tinyTokenizer } from '../text/tiny-tokenizer.ts';
import { changedLoss, corpus, student } from './lesson.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

/** The first `count` batches of `rows` examples. */
function hosts(rows: number, count = 1): HostArrays[] {
  const batches = trainingBatches(corpus, { seed: 3, rows, padId: 0 });
  return Array.from({ length: count }, () => batches.next().value);
}
const at = { step: 1, key: randomKey(9) };
const objective = weighted([[0.3, hardLabels()], [0.7, softLabel({ temperature: 3 })]]);
const teacher = (): Teacher => liveTeacher(tinyModel({}, 8));

/** Loss, parts and gradients by parameter, as numbers; the tensors are freed. */
async function numbersOf(learning: Learning, microBatches: readonly HostArrays[], where = at) {
  const step = await stepGradients(learning, microBatches, where);
  const gradients = new Map<string, number[]>();
  for (const [name, variable] of learning.student.parameters.entries()) gradients.set(name, await read(step.gradients.get(variable)!));
  const parts = new Map<string, number[]>();
  for (const [part, value] of step.parts) parts.set(part, await read(value));
  const loss = await read(step.loss);
  disposeStep(step);
  return { loss, parts, gradients };
}

for (const [rows, count] of [[4, 3], [6, 2], [1, 12]] as const) {
  test(`${count} micro-batches of ${rows} are one batch of 12`, async (t) => {
    const learning = { student: student(), objective, teacher: teacher() };
    const [big, micro] = [await numbersOf(learning, hosts(12)), await numbersOf(learning, hosts(rows, count))];
    close(t, 'loss', micro.loss, big.loss, { absolute: 1e-6, relative: 0, ...rounded });
    t.deepEqual([...micro.parts.keys()], ['hard-labels', 'soft-label']);
    for (const [part, value] of big.parts) close(t, part, micro.parts.get(part) ?? [], value, { absolute: 1e-6, relative: 0, ...rounded });
    for (const [name, values] of big.gradients) close(t, name, micro.gradients.get(name) ?? [], values, { absolute: 1e-6, relative: 0, ...rounded });
    t.true([...big.gradients.values()].some((values) => values.some((value) => Math.abs(value) > 1e-2)), 'there is something to compare');
  });
}

const hidden = wordMasking(tinyTokenizer(), { share: 0.4 });
/** 128 examples of 3 to 9 tokens, some words hidden, in so many micro-batches. */
function maskedHosts(microBatches: number): HostArrays[] {
  const batches = trainingBatches(tinyCorpus(128), { seed: 3, rows: 128 / microBatches, padId: 0 });
  return Array.from({ length: microBatches }, () => hidden.mask<HostBatch>(batches.next().value, randomKey(4, 'masking', 1)));
}
const language = (seed: number) => tinyModel({ task: 'masked-lm', labels: [], layers: 1 }, seed);

for (const count of [4, 64]) {
  test(`${count} micro-batches in which more or fewer words are hidden are one batch: the mean is over words`, async (t) => {
    const learning = { student: language(1), objective: distilbert({ weights: { soft: 0, masked: 1, cosine: 0 } }) };
    const shares = sharesOf(maskedHosts(count));
    t.true(Math.max(...shares) > 1.1 * Math.min(...shares), 'some have more words than others');
    const [big, micro] = [await numbersOf(learning, maskedHosts(1)), await numbersOf(learning, maskedHosts(count))];
    close(t, 'loss', micro.loss, big.loss, { absolute: 4e-6, relative: 0, ...rounded });
    // The exact gradient of a key's bias is 0: what is there is rounding, and is held to that of the query's.
    const scaleOf = (name: string) => Math.max(...(big.gradients.get(name.replace('.key.bias', '.query.bias')) ?? []).map(Math.abs));
    for (const [name, values] of big.gradients) {
      const rounding = name.endsWith('.key.bias') ? (roundedDeep.relative ?? 0) * scaleOf(name) : 0;
      close(t, name, micro.gradients.get(name) ?? [], values, { absolute: 2e-6 + rounding, relative: 0, ...roundedDeep });
    }
  });
}

test.serial('of a thousand gradients none is lost: they are added in float32, whatever each is stored in', async (t) => {
  const one = () => tf.tidy(() => linear(tf.ones([1, 1]), { weight: tf.ones([3, 1]) })); // as products are stored
  let sum = one();
  for (let count = 1; count < 1000; count++) sum = accumulated(sum, one(), { wide: true });
  t.deepEqual(await read(sum), [1000, 1000, 1000]);
  sum.dispose();
});

test.serial('the row that a Marian decoder starts from stays zero though the scores of words use it; a BART learns its own', async (t) => {
  for (const [family, held] of [['marian', true], ['bart', false]] as const) {
    const student = tinySeq2Seq({ family });
    const made = await stepGradients({ student, objective: labelSmoothing({ epsilon: 0.1, task: 'translation' }) }, [pairArrays(pairs, { startId: 0 })], { step: 1, key: randomKey(1) });
    const table = student.parameters.get('model.shared.weight');
    const gradient = await read(made.gradients.get(table)!);
    const width = table.shape[1] ?? 0;
    t.is(gradient.slice(0, width).every((value) => value === 0), held, family);
    t.true(gradient.slice(width).every((value) => value !== 0), family);
    disposeStep(made);
    student.dispose();
  }
});

test('micro-batches count alike where rows are judged, or no word is hidden', (t) => {
  t.deepEqual(sharesOf(hosts(4, 2)), [0.5, 0.5]);
  const [empty] = maskedHosts(4) as [HostArrays];
  const labels = { kind: 'masked-lm', tokens: new Int32Array(empty.inputIds.length).fill(-1) } as const;
  t.deepEqual(sharesOf([{ ...empty, labels }, { ...empty, labels }]), [0.5, 0.5]);
});

test.serial('64 micro-batches take no more memory than two of their size', async (t) => {
  const learning = { student: language(1), objective: distilbert(), teacher: liveTeacher(language(2)) };
  const peak = async (microBatches: readonly HostArrays[]) => {
    let most = 0;
    const watching: Teacher = { ...learning.teacher, says: (batch, wants) => {
      most = Math.max(most, tf.memory().numBytes);
      return learning.teacher.says(batch, wants);
    } };
    const before = tf.memory().numBytes;
    disposeStep(await stepGradients({ ...learning, teacher: watching }, microBatches, at));
    return most - before;
  };
  const all = maskedHosts(64);
  const [two, many] = [await peak(all.slice(0, 2)), await peak(all)];
  t.true(many < 1.1 * two, `${two} bytes of two, ${many} of 64`); // rows of other lengths differ a little
});

test('what an objective draws is drawn by example: micro-batches change nothing, the key does', async (t) => {
  const learning = { student: student(), objective: weighted([[1, noisyLogit({ share: 0.5 })]]), teacher: teacher() };
  const [big, micro] = [await numbersOf(learning, hosts(12)), await numbersOf(learning, hosts(4, 3))];
  close(t, 'loss', micro.loss, big.loss, { absolute: 1e-6, relative: 0, ...rounded });
  for (const [name, values] of big.gradients) close(t, name, micro.gradients.get(name) ?? [], values, { absolute: 1e-6, relative: 0, ...rounded });
  t.notDeepEqual((await numbersOf(learning, hosts(12), { step: 1, key: randomKey(10) })).loss, big.loss);
});

(precisionUnderTest === 'bf16' ? test.skip : test)('the gradient is that of the loss: moving against it lowers the loss by as much as it says', async (t) => {
  const learning = { student: student(), objective, teacher: teacher() };
  const { loss: [before = NaN], gradients } = await numbersOf(learning, hosts(12));
  const squares = [...gradients.values()].flat().reduce((sum, value) => sum + value ** 2, 0);
  const rate = 1e-3 / Math.sqrt(squares);
  const values = await learning.student.parameters.read();
  learning.student.parameters.assign(new Map([...values].map(([name, { data }]) => [name, data.map((value, i) => value - rate * (gradients.get(name)?.[i] ?? NaN))])));
  const { loss: [after = NaN] } = await numbersOf(learning, hosts(12));
  t.true(Math.abs((before - after) / (rate * squares) - 1) < 0.05, `expected ${rate * squares}, got ${before - after}`);
});

test('the loss is the weighted sum of its parts', async (t) => {
  const { loss, parts } = await numbersOf({ student: student(), objective, teacher: teacher() }, hosts(4, 3));
  const [hard = NaN] = parts.get('hard-labels') ?? [];
  const [soft = NaN] = parts.get('soft-label') ?? [];
  close(t, 'loss', loss, [0.3 * hard + 0.7 * soft], { relative: 1e-6 });
});

test('two objectives of one name are heard as their sum', async (t) => {
  const twice = weighted([[1, softLabel({ temperature: 1 })], [1, softLabel({ temperature: 4 })]]);
  const heard = await numbersOf({ student: student(), objective: twice, teacher: teacher() }, hosts(4, 2));
  close(t, 'sum', heard.parts.get('soft-label') ?? [], heard.loss, { relative: 1e-6 });
});

test('dropout is the key\'s, and another one in each micro-batch', async (t) => {
  const learning = { student: student({ hiddenDropout: 0.3 }), objective: hardLabels() };
  const [host] = hosts(6) as [HostArrays];
  const lossOf = async (key: number, batches: HostArrays[]) => (await numbersOf(learning, batches, { step: 1, key: randomKey(key) })).loss[0];
  t.is(await lossOf(1, [host]), await lossOf(1, [host]));
  t.not(await lossOf(1, [host]), await lossOf(2, [host]));
  t.not(await lossOf(1, [host, host]), await lossOf(1, [host]), 'the same rows twice, but dropped differently');
});

test('a teacher is asked once per micro-batch, for what the objective wants of it, and not at all where it wants nothing', async (t) => {
  const asked: unknown[] = [];
  const voice = teacher();
  const listening: Teacher = { ...voice, says: (batch, wants) => {
    asked.push([batch.rows, wants]);
    return voice.says(batch, wants);
  } };
  disposeStep(await stepGradients({ student: student(), objective, teacher: listening }, hosts(4, 2), at));
  t.deepEqual(asked, [[4, { logits: true }], [4, { logits: true }]]);
  disposeStep(await stepGradients({ student: student(), objective: hardLabels(), teacher: listening }, hosts(4, 2), at));
  t.is(asked.length, 2);
});

for (const [what, value] of [['NaN', NaN], ['infinite', Infinity]] as const) {
  test(`a loss that is ${what} spoils the step even where every gradient is finite`, async (t) => {
    const model = student();
    const spoilt = changedLoss((loss) => tf.add(loss, value));
    const { gradients, loss } = await stepGradients({ student: model, objective: spoilt }, hosts(4), at);
    t.false(Number.isFinite((await read(loss))[0]));
    const before = await bitsOf(model);
    const [, taken] = await read(new Optimizer(model.parameters).update(gradients, { step: 1, learningRate: 0.1 }));
    t.is(taken, 0);
    t.is(await bitsOf(model), before);
  });
}

test.serial('a step leaves nothing behind but what it returns', async (t) => {
  const twice = weighted([[1, hardLabels()], [1, softLabel({ temperature: 1 })], [1, softLabel({ temperature: 4 })]]);
  const learning = { student: student({ hiddenDropout: 0.2 }), objective: twice, teacher: teacher() };
  const batches = hosts(4, 3);
  t.deepEqual(await leaks(async () => disposeStep(await stepGradients(learning, batches, at))), { tensors: 0, buffers: 0 });
});

test.serial('a step that fails half-way leaves nothing at all', async (t) => {
  const broken: Objective = changedLoss((loss, ids) => {
    if (ids.includes(batches[1]?.exampleIds[0] ?? '')) throw new Error('no loss today');
    return loss;
  });
  const [batches, voice] = [hosts(4, 2), teacher()];
  const learning = { student: student(), objective: weighted([[1, softLabel()], [1, broken]]), teacher: voice };
  t.deepEqual(await leaks(async () => {
    await t.throwsAsync(stepGradients(learning, batches, at), { message: 'no loss today' });
  }), { tensors: 0, buffers: 0 });
});

/** Bytes alive when the sweep begins: all that the forward pass keeps for it, the teacher's signal among it. */
async function bytesKept(one: Objective, teaching: Teacher, model: ReturnType<typeof student>): Promise<number> {
  let bytes = NaN;
  const measured = (loss: tf.Scalar): tf.Scalar => tf.customGrad((...given) => {
    const [value] = given as [tf.Tensor];
    return { value: tf.clone(value), gradFunc: (dy: tf.Tensor | tf.Tensor[]) => {
      bytes = tf.memory().numBytes;
      return tf.clone(dy as tf.Tensor);
    } };
  })(loss) as tf.Scalar;
  const watching: Objective = { ...one, loss: (...said) => measured(one.loss(...said)) };
  const auxiliary = openAuxiliary(one, shapesOf({ student: model, teacher: teaching }, 11), 1);
  const before = tf.memory().numBytes;
  disposeStep(await stepGradients({ student: model, objective: watching, teacher: teaching, auxiliary }, hosts(4), at));
  auxiliary.dispose();
  return bytes - before;
}

/** The same, of a student that computes its last layer for all tokens, as objectives on states ask for: soft labels alone want but the first one's. */
function withWholeLastLayer(one: Objective): Objective {
  return { ...one, wants: { ...one.wants, student: { ...one.wants.student, hidden: [-1] } } };
}

test.serial('soft labels alone keep of the last layer little more than its input, its keys and its values', async (t) => {
  const size = { width: 24, heads: 6, feedForwardWidth: 96 };
  const [model, deep, tokens] = [student({ ...size, layers: 1 }), liveTeacher(tinyModel(size, 8)), 4 * hosts(4)[0]!.width];
  const [alone, whole] = [await bytesKept(softLabel(), deep, model), await bytesKept(withWholeLastLayer(softLabel()), deep, model)];
  t.true(whole - alone > 4 * tokens * 2 * size.feedForwardWidth * 0.75, `${alone} bytes, ${whole} with the last layer whole`); // the expansion, before and after its activation
});

test.serial('objectives on the states of a deep teacher keep those states, and little else beside what soft labels keep', async (t) => {
  const size = { width: 24, heads: 6, feedForwardWidth: 96 };
  const [model, deep] = [student({ ...size, layers: 3 }), liveTeacher(tinyModel({ ...size, layers: 12 }, 8))];
  const matches = uniformMatches({ student: 3, teacher: 12 });
  const plain = await bytesKept(softLabel(), deep, model);
  const [rows, width] = [4, hosts(4)[0]!.width];
  const [hidden, scores, vectors] = [4 * rows * width * size.width, 4 * rows * size.heads * width ** 2, 3 * 4 * rows * width * size.width]; // of a layer
  const asked: Readonly<Record<string, readonly [Objective, number]>> = {
    'hidden states': [tinybertHidden({ matches }), 3 * hidden],
    'hidden states, by a regressor': [hint({ matches }), 3 * hidden],
    'first tokens': [pkd({ matches }), 0],
    'attention scores, of both sides': [tinybertAttention({ matches }), 3 * 2 * scores],
    'queries, keys and values': [weighted([[1, minilmAttention()], [1, minilmValueRelation()]]), vectors + 2 * 2 * scores],
  };
  for (const [what, [one, states]] of Object.entries(asked)) {
    const kept = await bytesKept(weighted([[1, softLabel()], [1, one]]), deep, model);
    t.log(`${what}: ${kept} bytes beside ${plain} of soft labels and ${states} of states: ${((kept - states) / plain).toFixed(2)} times`);
    t.true(kept - states < 1.3 * plain, `${what}: ${kept} bytes beside ${plain} and ${states}`);
  }
});
