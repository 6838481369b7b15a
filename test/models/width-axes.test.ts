import test from 'ava';
import type { FamilyName } from '../../src/models/config.ts';
import { families } from '../../src/models/families.ts';
import { parameterSpecs } from '../../src/models/parameter-specs.ts';
import { widthAxes } from '../../src/models/width-axes.ts';
import { tinyConfig } from './tiny-model.ts';

const sizes = { width: 9, heads: 9, neurons: 11 };

for (const family of (Object.keys(families) as FamilyName[]).filter((name) => name !== 'mobilebert')) {
  for (const task of ['single-label', 'masked-lm', 'none'] as const) {
    test(`${family}, ${task}: every axis named is as long as what it is of, and none of that length is forgotten`, (t) => {
      const config = tinyConfig({ family, task, embeddingWidth: ['albert', 'electra'].includes(family) ? 5 : 9 });
      const axes = widthAxes(config);
      t.deepEqual([...axes.keys()], parameterSpecs(config).map(({ name }) => name));
      for (const { name, shape } of parameterSpecs(config)) {
        t.deepEqual(axes.get(name)!.map((axis) => axis && sizes[axis.of]), shape.map((side) => (side === 9 || side === 11 ? side : undefined)), name);
      }
    });
  }
}

test('ELECTRA without a projection is cut like BERT, its decoder too', (t) => {
  const axes = widthAxes(tinyConfig({ family: 'electra', task: 'masked-lm', labels: [] }));
  for (const name of ['electra.embeddings.word_embeddings.weight', 'generator_predictions.dense.weight']) t.deepEqual(axes.get(name)!.at(-1), { of: 'width' }, name);
  t.deepEqual(axes.get('generator_predictions.LayerNorm.bias'), [{ of: 'width' }]);
});

test('MobileBERT is refused', (t) => {
  t.throws(() => widthAxes(tinyConfig({ family: 'mobilebert' })), { message: 'MobileBERT has bottlenecks of its own: its width cannot be cut' });
});
