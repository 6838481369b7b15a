/**
 * Saves a tiny model of every family, as classifier, masked-LM model and bare encoder, and cut in width, with a tokenizer of the family's kind and what this
 * engine says of a few texts, for scripts/parity.py to hold Python's libraries against:
 *
 *     tsx scripts/parity-models.ts FOLDER && for model in FOLDER/*; do python3 scripts/parity.py $model; done
 */
import { join } from 'node:path';
import { upload } from '../src/engine/batch.ts';
import { useEngine } from '../src/engine/engine.ts';
import * as tf from '../src/engine/tf.ts';
import type { FamilyName, Task } from '../src/models/config.ts';
import { families } from '../src/models/families.ts';
import { freshModel, type Model } from '../src/models/model.ts';
import { saveModel } from '../src/models/save.ts';
import { narrowStudent } from '../src/models/width-cut.ts';
import { importanceByMagnitudes } from '../src/models/width-importance.ts';
import { freshConfig } from '../src/models/size.ts';
import type { Tokenizer } from '../src/text/tokenizer.ts';
import { loadTokenizer } from '../src/text/tokenizer-files.ts';
import { trainWordPiece } from '../src/text/train-word-piece.ts';

const texts = ['The film is not bad.', 'What a great score!', 'a', 'Nobody asked for a sequel, yet here we are, 2 years later.', ''];
const pairs = ['Nobody saw it.', 'Their café, on Sundays?', '', 'a', 'The end.'];
const size = { layers: 3, width: 24, heads: 3, feedForwardWidth: 40 };
const maxTokens = 48;
const tasks: readonly Task[] = ['single-label', 'masked-lm', 'none'];
const fixtures = join(import.meta.dirname, '../test/fixtures/models');

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error('Usage: tsx scripts/parity-models.ts FOLDER');
await useEngine('wasm');
const wordPiece = await trainWordPiece([...texts, ...pairs], { size: 120, lowercase: true });
const tokenizers = { WordPiece: wordPiece, BPE: await loadTokenizer(join(fixtures, 'tokenizer-byte-level')), Unigram: await loadTokenizer(join(fixtures, 'tokenizer-albert')) };
for (const family of Object.keys(families) as FamilyName[]) {
  for (const task of tasks) await write(join(root, `${family}-${task}`), family, task, tokenizers[families[family].tokenizer.model], (model) => Promise.resolve(model));
  if (family !== 'mobilebert') await write(join(root, `${family}-narrow`), family, 'single-label', tokenizers[families[family].tokenizer.model], narrowed);
}

async function write(folder: string, family: FamilyName, task: Task, tokenizer: Tokenizer, changed: (model: Model) => Promise<Model>): Promise<void> {
  const labels = task === 'single-label' ? ['no', 'perhaps', 'yes'] : [];
  const config = freshConfig(size, { family, vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: maxTokens, task, labels, initializerRange: 0.3 });
  const model = await changed(freshModel(config, { seed: 3 }));
  await saveModel(folder, model, { tokenizer, card: { name: `${family}, ${task}`, story: ['Fresh, for parity.'] }, parity: { texts, pairs, maxTokens, precision: 'fp32', ...(await said(model, tokenizer)) } });
  model.dispose();
}

/** Two heads of three, and half the neurons. */
async function narrowed(model: Model): Promise<Model> {
  return (await narrowStudent(model, { heads: 2, feedForwardWidth: size.feedForwardWidth / 2 }, importanceByMagnitudes(model.config, await model.parameters.read()))).model;
}

/** Class logits, the logits of the first token, or its last hidden state: one row for each text, computed alone and unpadded. */
async function said(model: Model, tokenizer: Tokenizer): Promise<{ logits: number[][] }> {
  const logits: number[][] = [];
  for (const { ids, typeIds } of await tokenizer.encode(texts.map((text, i) => ({ text, pair: pairs[i] ?? '' })), { maxTokens })) {
    const batch = upload({ exampleIds: ['one'], rows: 1, width: ids.length, inputIds: ids, typeIds, mask: new Float32Array(ids.length).fill(1) });
    const row = tf.tidy(() => {
      if (model.config.task === 'none') return model.forward(batch, { cls: [-1] }).cls.get(-1)!;
      const { logits: all } = model.forward(batch, { logits: true });
      return all.rank === 2 ? all : tf.reshape(tf.slice(all, [0, 0, 0], [1, 1, model.config.vocabulary]), [1, model.config.vocabulary]); // [1, T, V] -> [1, V]
    });
    logits.push([...(await row.data())]);
    tf.dispose(row);
    batch.dispose();
  }
  return { logits };
}
