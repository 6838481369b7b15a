import test from 'ava';
import { fusedCatalogue } from '../../../src/engine/fused/catalogue.ts';
import { runFused } from '../../../src/engine/fused/fused-op.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, closeTensors, drawn, read, slopes, someOf } from '../numbers.ts';
import { type FusedCase, fusedCases, type Inputs, runCase } from './cases.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

test('every fused operation has a case, on the embedded engine', (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  t.is(fusedCatalogue.length, 25);
  t.deepEqual([...new Set(fusedCases.map(({ op }) => op))].sort(), fusedCatalogue.map(({ name }) => name).sort());
  const differentiable = fusedCatalogue.filter(({ gradient }) => gradient !== undefined).map(({ name }) => name);
  t.deepEqual([...new Set(fusedCases.filter(({ formula }) => formula !== undefined).map(({ op }) => op))].sort(), differentiable.sort());
});

/** Gradients of Σ r · f, r drawn, with respect to the differentiated inputs. */
function gradientsOf({ differentiated = [] }: FusedCase, f: (inputs: Inputs) => tf.Tensor, inputs: Inputs): tf.Tensor[] {
  return tf.grads((...moved: tf.Tensor[]) => weighted(f({ ...inputs, ...Object.fromEntries(differentiated.map((name, i) => [name, moved[i]!])) })))(
    differentiated.map((name) => inputs[name]!),
  );
}

function weighted(y: tf.Tensor): tf.Scalar {
  return tf.sum(tf.mul(y, drawn('upstream', y.shape)));
}

for (const fusedCase of fusedCases) {
  const { op, what, formula, attributes = {}, differentiated = [] } = fusedCase;
  const title = what === undefined ? op : `${op} ${what}`;

  test(`${title}: the kernel equals the composite`, async (t) => {
    const inputs = tf.tidy(fusedCase.inputs);
    const { composite, publicOutputs = Infinity } = fusedCatalogue.find(({ name }) => name === op)!;
    const [actual, expected] = [runFused<tf.Tensor | tf.Tensor[]>(op, inputs, attributes), tf.tidy(() => composite(inputs, attributes))].map((result) =>
      Array.isArray(result) ? result : [result],
    ) as [tf.Tensor[], tf.Tensor[]];
    t.is(actual.length, expected.length);
    for (const [i, tensor] of actual.slice(0, publicOutputs).entries()) await closeTensors(t, `output ${i}`, tensor, expected[i]!);
    tf.dispose([inputs, actual, expected]);
  });

  if (formula === undefined) continue;

  test(`${title}: values and gradients equal those of the formula in plain operations`, async (t) => {
    const inputs = tf.tidy(fusedCase.inputs);
    const [actual, expected] = tf.tidy(() => [runCase(fusedCase, inputs), formula(inputs, attributes)]);
    await closeTensors(t, 'value', actual, expected);
    const fused = gradientsOf(fusedCase, (moved) => runCase(fusedCase, moved), inputs);
    const plain = gradientsOf(fusedCase, (moved) => formula(moved, attributes), inputs);
    for (const [i, name] of differentiated.entries()) await closeTensors(t, `gradient of ${name}`, fused[i]!, plain[i]!);
    tf.dispose([inputs, actual, expected, fused, plain]);
  });

  test(`${title}: gradients equal central differences`, async (t) => {
    const inputs = tf.tidy(fusedCase.inputs);
    const gradients = gradientsOf(fusedCase, (moved) => runCase(fusedCase, moved), inputs);
    for (const [i, name] of differentiated.entries()) {
      const [x, gradient] = [inputs[name]!, await read(gradients[i]!)];
      const coordinates = name === 'table' ? someOf(15) : someOf(x.size); // rows 3 (padding), 4 and 5 of the table are not looked up
      const found = await slopes((moved) => weighted(runCase(fusedCase, { ...inputs, [name]: moved })), x, coordinates);
      const scale = Math.max(...gradient.map(Math.abs));
      close(t, name, coordinates.map((c) => gradient[c]!), found, { relative: 0, absolute: 3e-3 * scale });
    }
    tf.dispose([inputs, gradients]);
  });

  test(`${title}: leaves no tensor behind`, (t) => {
    const inputs = tf.tidy(fusedCase.inputs);
    const before = tf.memory();
    tf.dispose(gradientsOf(fusedCase, (moved) => runCase(fusedCase, moved), inputs));
    const after = tf.memory();
    t.is(after.numTensors, before.numTensors);
    t.is(after.numDataBuffers, before.numDataBuffers);
    tf.dispose(inputs);
  });
}
