import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { compareWithTransformersJs } from '../../../src/evaluate/onnx-check.ts';
import { loadClassifier } from '../../../src/models/classifiers.ts';
import { saveModel } from '../../../src/models/save.ts';
import { readJson } from '../../../src/storage/json.ts';
import { classLogits } from '../../../src/teacher/label-corpus.ts';
import { openOnnxTeacher } from '../../../src/teacher/onnx.ts';
import { makeCorpus } from '../../../src/text/corpus.ts';
import { encodeCorpus } from '../../../src/text/encoded-corpus.ts';
import { trainWordPiece } from '../../../src/text/train-word-piece.ts';
import { precisionUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';
import { bitsOf } from '../tiny-model.ts';
import { tinyBilstm } from './tiny-bilstm.ts';

test.before(() => startEngine());

const texts = ['the film was a joy', 'dull', 'this soup is not worth the long wait, said nobody', 'a poor joke of a film'];
const largest = precisionUnderTest === 'bf16' ? 0.05 : 1e-5;

for (const pairs of [false, true]) {
  test.serial(`${pairs ? 'pairs' : 'single texts'}: saved, loaded again, and the same logits from ONNX Runtime and transformers.js`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'retort-bilstm-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const tokenizer = await trainWordPiece(texts, { size: 60, lowercase: true });
    const model = tinyBilstm({ pairs, vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: 24, units: 9 });
    await saveModel(folder, model, { tokenizer, card: { name: 'bilstm', story: [], example: 'a joy', ...(pairs && { pair: 'dull' }) } });

    const { model: again } = await loadClassifier(folder);
    t.is(await bitsOf(again as never), await bitsOf(model as never));
    const { source: _source, ...config } = again.config;
    const { source: _none, ...saved } = model.config;
    t.deepEqual(config, saved);

    const examples = texts.map((text, i) => ({ id: `e${i}`, text, ...(pairs && { pair: texts[(i * 3 + 1) % 4]! }) }));
    const encoded = await encodeCorpus(makeCorpus(examples, { name: 'texts', split: 'test' }), tokenizer, { maxTokens: 24 });
    const logits = await classLogits(again, encoded);
    const told = await classLogits(await openOnnxTeacher(folder), encoded);
    const differences = Array.from(logits, (logit, i) => Math.abs(logit - told[i]!));
    t.log(`largest difference ${Math.max(...differences)}`);
    t.true(Math.max(...differences) < largest);
    t.true(Math.max(...logits) - Math.min(...logits) > 0.1);
    const check = await compareWithTransformersJs(folder, { texts, ...(pairs && { pairs: examples.map(({ pair }) => pair ?? '') }), logits, classes: 3, maxTokens: 24 });
    t.is(check.examples + check.tooLong, 4);
    t.true(check.examples >= (pairs ? 1 : 3) && check.largestDifference < largest, String(check.largestDifference));
    t.like(await readJson(join(folder, 'config.json')), { model_type: 'bilstm', lstm_units: 9, text_pairs: pairs, architectures: ['BilstmForSequenceClassification'] });
  });
}
