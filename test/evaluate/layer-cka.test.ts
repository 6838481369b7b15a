import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { linearCka } from '../../src/evaluate/cka.ts';
import { layerCka } from '../../src/evaluate/layer-cka.ts';
import { upload } from '../../src/engine/batch.ts';
import { evaluationBatches } from '../../src/text/batches.ts';
import { sliceCorpus } from '../../src/text/encoded-corpus.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('a model is like itself layer by layer, and unlike others elsewhere', async (t) => {
  const reader = { model: tinyModel(), corpus: tinyCorpus(30) };
  const likeness = await layerCka(reader, reader, { rows: 4 });
  t.deepEqual([likeness.length, ...likeness.map((row) => row.length)], [3, 3, 3, 3]);
  likeness.forEach((row, layer) => row.forEach((value, other) => {
    if (layer === other) t.true(Math.abs(value - 1) < 1e-12);
    else t.true(value > 0 && value < 0.99 && Math.abs(value - likeness[other]![layer]!) < 1e-12);
  }));
});

test('layers of a student beside those of a wider and deeper teacher: CKA of the means over real tokens', async (t) => {
  const corpus = tinyCorpus(12);
  const student = { model: tinyModel({ layers: 1 }), corpus };
  const teacher = { model: tinyModel({ width: 12, layers: 3 }, 5), corpus: { ...corpus, tokenizer: 'another' } };
  const likeness = await layerCka(student, teacher, { rows: 5 });
  t.deepEqual(likeness.map((row) => row.length), [4, 4]);
  /** [N, width], one example at a time and unpadded. */
  const means = async ({ model }: typeof student, layer: number) => {
    const rows: number[] = [];
    for (let row = 0; row < 12; row++) {
      const [host] = evaluationBatches(sliceCorpus(corpus, row, row + 1), { rows: 1, padId: 0, padTo: 1 });
      const states = model.forward(upload(host!), { hidden: [layer] }).hidden.get(layer)!;
      rows.push(...(await tf.mean(states, 1).data()));
    }
    return rows;
  };
  for (const [layer, other] of [[0, 0], [1, 3], [0, 2]] as const) {
    const expected = linearCka({ student: await means(student, layer), teacher: await means(teacher, other), examples: 12 });
    t.true(Math.abs(likeness[layer]![other]! - expected) < 1e-4, `${layer}, ${other}: ${likeness[layer]![other]} beside ${expected}`);
  }
});

test('no more examples than asked for are looked at', async (t) => {
  const reader = { model: tinyModel(), corpus: tinyCorpus(30) };
  const short = { ...reader, corpus: sliceCorpus(reader.corpus, 0, 8) };
  t.deepEqual(await layerCka(reader, { model: tinyModel({}, 2), corpus: tinyCorpus(30) }, { examples: 8 }), await layerCka(short, { model: tinyModel({}, 2), corpus: short.corpus }));
});

test('other examples are refused', async (t) => {
  const model = tinyModel();
  await t.throwsAsync(layerCka({ model, corpus: tinyCorpus(5) }, { model, corpus: tinyCorpus(5, { prefix: 'f' }) }), { message: 'example 0 of the student is e0, of the teacher f0: both must read the same examples' });
  await t.throwsAsync(layerCka({ model, corpus: tinyCorpus(5) }, { model, corpus: tinyCorpus(4) }), { message: 'example 4 of the student is e4, of the teacher none: both must read the same examples' });
});

test.serial('it leaves no tensor behind', async (t) => {
  const reader = { model: tinyModel(), corpus: tinyCorpus(9) };
  t.deepEqual(await leaks(async () => void (await layerCka(reader, reader, { rows: 4 }))), { tensors: 0, buffers: 0 });
});
