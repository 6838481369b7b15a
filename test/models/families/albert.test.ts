import test from 'ava';
import { cutStudent } from '../../../src/models/student.ts';
import { parameterSpecs } from '../../../src/models/parameter-specs.ts';
import { closeTensors } from '../../engine/numbers.ts';
import { startEngine } from '../../engine-under-test.ts';
import { tinyBatch, tinyConfig, tinyModel } from '../tiny-model.ts';
import { configOf, refusal, writesEveryField } from './family-file.ts';

test.before(startEngine);

test('what is written is what transformers wrote', (t) => {
  writesEveryField(t, 'albert-classifier', []);
  writesEveryField(t, 'albert-mlm', ['classifier_dropout_prob']); // 0.1 there, which the model keeps
  t.is(configOf('albert-mlm').classifierDropout, 0.1);
});

test('only one shared layer is built; more are refused', (t) => {
  for (const field of ['num_hidden_groups', 'inner_group_num']) t.regex(refusal(t, 'albert-classifier', { [field]: 2 }), new RegExp(`^config\\.json: ${field}: only one layer shared by all depths is supported`));
});

test('depth costs no parameter', (t) => {
  const names = (layers: number) => parameterSpecs(tinyConfig({ family: 'albert', layers })).map(({ name }) => name);
  t.deepEqual(names(1), names(7));
});

test('a cut applies the layer less often: the states are the teacher\'s lower ones, whichever layers were named', async (t) => {
  const teacher = tinyModel({ family: 'albert', layers: 4 });
  const { model, map, copiedFrom } = await cutStudent(teacher, { layers: [1, 3] });
  t.is(copiedFrom.size, model.parameters.names.length);
  t.is(model.parameters.count, teacher.parameters.count);
  t.deepEqual(map, [{ student: 'embeddings', teacher: 'embeddings' }, { student: 'the shared layer, applied 2 times', teacher: 'the shared layer, applied 4 times' }]);
  await closeTensors(t, 'hidden', model.forward(tinyBatch(), { hidden: [2] }).hidden.get(2)!, teacher.forward(tinyBatch(), { hidden: [2] }).hidden.get(2)!, { relative: 0, absolute: 0 });
});
