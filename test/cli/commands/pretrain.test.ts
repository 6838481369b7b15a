import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { addPretrain } from '../../../src/cli/commands/pretrain.ts';
import { loadModel } from '../../../src/models/load.ts';
import { freshModel } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { freshConfig, parseSize } from '../../../src/models/size.ts';
import { trainWordPiece } from '../../../src/text/train-word-piece.ts';
import { startEngine } from '../../engine-under-test.ts';
import { ask } from '../in-process.ts';

let folder = '';
let [text, heldOut, encoder] = ['', '', ''];
const line = (i: number) => `${['the cat', 'a dog', 'our bird'][i % 3] ?? ''} ${['sat on', 'ran round', 'flew over'][(i >> 1) % 3] ?? ''} ${['the mat', 'a house', 'our tree'][(i * 7) % 3] ?? ''}`;
const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => line(from + i));

test.before(async () => {
  await startEngine();
  folder = await mkdtemp(join(tmpdir(), 'retort-pretrain-'));
  [text, heldOut, encoder] = [join(folder, 'books.txt.gz'), join(folder, 'valid.txt'), join(folder, 'encoder')];
  await writeFile(text, gzipSync(lines(0, 300).join('\n')));
  await writeFile(heldOut, lines(1000, 40).join('\n\n'));
  const tokenizer = await trainWordPiece(lines(0, 30), { size: 80, lowercase: true });
  const config = freshConfig(parseSize('2x32:2'), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: 24, task: 'none', labels: [] });
  await saveModel(encoder, freshModel(config, { seed: 1 }), { tokenizer, card: { name: 'encoder', story: [] } });
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

interface Answer {
  readonly model: string;
  readonly before: { readonly maskedLmLoss: number };
  readonly scores: { readonly maskedLmLoss: number; readonly perplexity: number };
  readonly parameters: number;
  readonly blocks: number;
  readonly reused: boolean;
}
async function pretrain(out: string, ...words: string[]) {
  const { answered: [answer], said, noted } = await ask(addPretrain, 'pretrain', text, '--held-out', heldOut, '--max-tokens', '16', '--rows', '8', '--out', join(folder, out), ...words);
  return { answer: answer as Answer, said: said.join('\n'), noted: noted.join('\n') };
}

test.serial('an encoder without a head gets one, tied to its embeddings, and learns to fill in words; then it teaches a cut of its layers', async (t) => {
  const adapted = await pretrain('adapted', '--from', encoder, '--steps', '60', '--learning-rate', '0.01', '--evaluate-every', '30');
  const { before, scores, model } = adapted.answer;
  t.regex(adapted.noted, /fresh head \(seed 1\)/);
  t.true(scores.maskedLmLoss < 0.8 * before.maskedLmLoss, `${before.maskedLmLoss} -> ${scores.maskedLmLoss}`);
  t.is(scores.perplexity, Math.exp(scores.maskedLmLoss));
  t.regex(adapted.said, /masked-LM loss \d\.\d{4} nats \(perplexity \d+\.\d\d\), \d\.\d{4} before/);
  const stored = await loadModel(model);
  t.is(stored.model.config.task, 'masked-lm');
  t.false(stored.model.parameters.names.some((name) => name.includes('decoder.weight')), 'no decoder weight of its own');
  const config = await readFile(join(model, 'config.json'), 'utf8');
  t.regex(config, /BertForMaskedLM/);

  const taught = ['--steps', '10', '--whole-words', '--smoothing', '0.7', '--accumulation', '2'];
  const student = await pretrain('student', '--teacher', model, '--layers', '1', ...taught);
  t.true(student.answer.parameters < adapted.answer.parameters);
  t.regex(student.said, /layer 1 +layer 2/);
  const events = (await readFile(join(folder, 'student', 'events.jsonl'), 'utf8')).split('\n').filter((event) => event.includes('"step"'));
  t.true(['distilbert.soft', 'distilbert.masked', 'distilbert.cosine'].every((part) => events.some((event) => event.includes(part))));
  t.true((await pretrain('student', '--teacher', model, '--layers', '1', ...taught)).answer.reused);
  const random = await pretrain('random', '--teacher', model, '--size', '1x32:2', '--steps', '40', '--learning-rate', '0.01');
  t.true(random.answer.scores.maskedLmLoss < 0.9 * random.answer.before.maskedLmLoss, `${random.answer.before.maskedLmLoss} -> ${random.answer.scores.maskedLmLoss}`);
  t.is((await loadModel(random.answer.model)).model.config.vocabulary, stored.model.config.vocabulary);
});

test.serial('a fresh model gets a vocabulary of its own text, and blocks are full', async (t) => {
  const { answer } = await pretrain('fresh', '--size', '1x16:2', '--vocabulary', '60', '--steps', '3');
  t.true(answer.blocks > 100 && answer.blocks < 300, `${answer.blocks} blocks of 300 lines`);
});

test.serial('what would change nothing, or cannot be meant, is wrong use', async (t) => {
  const refused = async (message: RegExp, ...words: string[]) => {
    const error = await t.throwsAsync(pretrain('never', ...words), { message });
    return error?.name;
  };
  const wrong = 'CommanderError';
  t.is(await refused(/what to start from/), wrong);
  t.is(await refused(/what to start from/, '--from', encoder, '--size', '1x16'), wrong);
  t.is(await refused(/--layers: they are cut from a teacher/, '--layers', '0'), wrong);
  t.is(await refused(/--vocabulary: only a fresh model/, '--from', encoder, '--vocabulary', '90'), wrong);
  t.is(await refused(/--soft-weight: there is no teacher/, '--from', encoder, '--soft-weight', '1'), wrong);
  t.is(await refused(/--metric: running text is scored/, '--from', encoder, '--metric', 'accuracy'), wrong);
  t.is(await refused(/--mask-share: above 0/, '--from', encoder, '--mask-share', '0'), wrong);
  await refused(/encoder: a bare encoder, which fills in no words; give it a head first: retort pretrain/, '--teacher', encoder, '--layers', '0');
  await t.throwsAsync(ask(addPretrain, 'pretrain', join(folder, 'absent.txt'), '--held-out', heldOut, '--from', encoder), { message: /absent\.txt: there is no such file/ });
});
