import test from 'ava';
import { leaks } from '../../../src/engine/memory.ts';
import { cutSeq2Seq } from '../../../src/models/seq2seq/student.ts';
import { bitsOf } from '../tiny-model.ts';
import { startEngine } from '../../engine-under-test.ts';
import { familyNames, tinySeq2Seq, tinySeq2SeqConfig } from './tiny-seq2seq.ts';

test.before(startEngine);

for (const family of familyNames) {
  test.serial(`${family}: a cut holds the teacher's numbers, layer by layer`, async (t) => {
    const teacher = tinySeq2Seq({ family, layers: 4, encoderLayers: 3 });
    const left = await leaks(async () => {
      const { model, copiedFrom, map } = await cutSeq2Seq(teacher, { layers: [3, 1], encoderLayers: [0, 2] });
      t.deepEqual(model.config, { ...teacher.config, layers: 2, encoderLayers: 2 });
      t.deepEqual([...copiedFrom.keys()].sort(), [...model.parameters.names].sort());
      const [own, other] = [await model.parameters.read(), await teacher.parameters.read()];
      for (const [name, from] of copiedFrom) t.deepEqual(own.get(name), other.get(from), name);
      const at = (side: string, layer: number) => (family === 't5' ? `${side}.block.${layer}.layer.0.SelfAttention.q.weight` : `model.${side}.layers.${layer}.self_attn.q_proj.weight`);
      t.deepEqual([copiedFrom.get(at('decoder', 0)), copiedFrom.get(at('decoder', 1)), copiedFrom.get(at('encoder', 1))], [at('decoder', 3), at('decoder', 1), at('encoder', 2)]);
      t.deepEqual(map.map(({ student, teacher: from }) => `${student} = ${from}`), ['embeddings = embeddings', 'encoder layer 1 = encoder layer 1', 'encoder layer 2 = encoder layer 3', 'decoder layer 1 = decoder layer 4', 'decoder layer 2 = decoder layer 2']);
      model.dispose();
    });
    t.deepEqual(left, { tensors: 0, buffers: 0 });
    teacher.dispose();
  });
}

test.serial('nothing cut off is the teacher, and T5\'s table of positions stays the first layer\'s', async (t) => {
  const teacher = tinySeq2Seq({ family: 't5' });
  const { model: all } = await cutSeq2Seq(teacher, { layers: [0, 1] });
  t.is(await bitsOf(all), await bitsOf(teacher));
  const { copiedFrom, model } = await cutSeq2Seq(teacher, { layers: [1], encoderLayers: [1] });
  for (const side of ['encoder', 'decoder']) {
    const table = `${side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
    t.is(copiedFrom.get(table), table);
    t.is(copiedFrom.get(table.replace('relative_attention_bias', 'q')), table.replace('block.0', 'block.1').replace('relative_attention_bias', 'q'));
  }
  for (const one of [teacher, all, model]) one.dispose();
});

test.serial('layers that are not there are refused', async (t) => {
  const teacher = tinySeq2Seq(tinySeq2SeqConfig());
  await t.throwsAsync(cutSeq2Seq(teacher, { layers: [2] }), { message: 'layers [2] cannot be cut from a teacher whose decoder layers run from 0 to 1' });
  await t.throwsAsync(cutSeq2Seq(teacher, { layers: [0], encoderLayers: [0.5] }), { message: /whose encoder layers run from 0 to 1/ });
  await t.throwsAsync(cutSeq2Seq(teacher, { layers: [] }), { message: /layers \[\] cannot be cut/ });
  teacher.dispose();
});
