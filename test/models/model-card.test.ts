import test from 'ava';
import { modelCard } from '../../src/models/model-card.ts';
import { tinyConfig } from './tiny-model.ts';

const facts = { name: 'opinions-1x64', story: ['A student of a larger one.', 'It learned on opinions.'] };
const card = (change = {}, { config = tinyConfig(), onnx = true } = {}) => modelCard(config, 12_345, { ...facts, ...change }, { onnx });

test('the front matter is what Hugging Face reads', (t) => {
  const front = (text: string) => text.split('---\n')[1]?.trimEnd().split('\n');
  t.deepEqual(front(card({ license: 'apache-2.0' })), ['library_name: transformers', 'pipeline_tag: text-classification', 'tags: [retort, knowledge-distillation]', 'license: apache-2.0']);
  t.is(front(card())?.length, 3, 'no licence is guessed');
  const tagOf = (task: 'masked-lm' | 'none') => front(card({}, { config: tinyConfig({ task, labels: [] }) }))?.[1];
  t.deepEqual([tagOf('masked-lm'), tagOf('none')], ['pipeline_tag: fill-mask', 'pipeline_tag: feature-extraction']);
  t.true(card().startsWith('---\n'), 'the first line opens it');
});

test('it tells name, story, size and classes', (t) => {
  const text = card();
  t.regex(text, /^# opinions-1x64$/m);
  for (const sentence of facts.story) t.true(text.includes(sentence));
  t.true(text.includes('bert, 2 layers x 9, 3 heads, vocabulary 29, 12,345 parameters.'));
  t.true(text.includes('Classes: no, perhaps, yes.'));
  t.false(card({}, { config: tinyConfig({ task: 'none', labels: [] }) }).includes('Classes'));
});

test('scores are a table, or nothing', (t) => {
  t.true(card({ scores: [['accuracy', '0.93'], ['F1', '0.91']] }).includes('| measure | value |\n| --- | --- |\n| accuracy | 0.93 |\n| F1 | 0.91 |\n'));
  t.false(card().includes('| measure'));
});

test('the lines that run it are shown where they would run, with the example in quotes', (t) => {
  const text = card({ example: 'She said "fine".' });
  t.true(text.includes('console.log(await classify("She said \\"fine\\"."));'));
  t.true(text.includes('print(pipeline("text-classification", "FOLDER")("She said \\"fine\\"."))'));
  t.false(card({}, { onnx: false }).includes('```'));
  t.false(card({}, { config: tinyConfig({ task: 'masked-lm', labels: [] }) }).includes('```'));
});

test('pairs and scores are read from the logits in JavaScript, whose pipeline has neither; of several classes all are shown', (t) => {
  const of = (task: 'regression' | 'multi-label', change = {}) => card(change, { config: tinyConfig({ task, labels: task === 'regression' ? ['score'] : ['a', 'b'] }) });
  const scored = of('regression', { example: 'one', pair: 'two' });
  t.true(scored.includes('It answers with a score.'));
  t.true(scored.includes('const { logits } = await model(tokenizer("one", { text_pair: "two" }));\nconsole.log(logits.data[0]);'));
  t.true(scored.includes('"FOLDER")({"text": "one", "text_pair": "two"}, function_to_apply="none"))'));
  t.false(scored.includes("pipeline('text-classification'"));
  const sets = of('multi-label');
  t.true(sets.includes('await classify("It is not bad at all.", { top_k: null })'));
  t.true(sets.includes('("It is not bad at all.", top_k=None))'));
  t.true(card({ pair: 'two' }).includes("logits.softmax(-1).tolist()[0], model.config.id2label"));
});
