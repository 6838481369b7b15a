import { join } from 'node:path';
import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import { seqKd } from '../../src/objectives/seq-kd.ts';
import { wordKd } from '../../src/objectives/word-kd.ts';
import { plain } from '../../src/strategies/plain.ts';
import type { SelectionCounts } from '../../src/strategies/select-translations.ts';
import { distilledCorpus, sequenceLevel, type SequenceLevelOptions } from '../../src/strategies/sequence-level.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { trainDefaults } from '../../src/train/train.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { toyTranslator } from '../teacher/toy-translator.ts';
import { letterTokenizers } from '../text/word-tokenizers.ts';

test.before(startEngine);

const folder = join(import.meta.dirname, '../fixtures/models/marian');
const tokenizers = letterTokenizers('abc');
const sources = ['a b c', 'c a', 'b b a c', 'a', 'c b', 'a c'];
const pairs = streamOf(makeCorpus(sources.map((text, i) => ({ id: `p${i}`, text, pair: text.split(' ').reverse().join(' ') })), { name: 'toy', split: 'train' }));
const given = async (t: Parameters<typeof temporaryFolder>[0]): Promise<SequenceLevelOptions> => ({ translator: toyTranslator({ nBest: 2 }), root: await temporaryFolder(t), pairs, tokenizers, encoding: { maxSourceTokens: 8, maxTargetTokens: 8 } });

test('what the teacher wrote is what the student learns: the corpus, and what was dropped', async (t) => {
  const heard: SelectionCounts[] = [];
  const corpus = await distilledCorpus({ ...(await given(t)), withReferences: true, choice: 'bleu', filters: { lengthRatio: { most: 1.5 } }, onSelected: (counts) => heard.push(counts) });
  t.deepEqual(corpus.exampleIds.slice(0, 4), ['p0@bleu', 'p0@reference', 'p1@bleu', 'p1@reference']);
  t.like(heard[0], { examples: 6, chosen: 6, references: 6 });
  t.deepEqual([...corpus.targets!.ids.slice(0, 4)], [5, 4, 3, 1]); // c b a </s>
});

test('a student learns the teacher\'s corpus, from it alone or with a teacher at every word', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const options = await given(t);
  for (const objective of [seqKd({ epsilon: 0.1 }), wordKd({ k: 4 })]) {
    const [{ model: student }, { model: teacher }] = [await loadSeq2Seq(folder), await loadSeq2Seq(folder)];
    const losses: number[] = [];
    const emit = (event: TrainEvent) => void (event.kind === 'step' && losses.push(event.loss));
    const outcome = await sequenceLevel(options)(plain)({ student, objective, teacher: liveTeacher(teacher), settings: { ...trainDefaults, steps: 12, rows: 6, learningRate: 5e-3, logEvery: 1 }, hooks: { run: 'student', emit } });
    t.is(outcome.step, 12);
    t.true(losses.at(-1)! < 0.7 * losses[0]!, losses.join(' '));
    student.dispose();
    teacher.dispose();
  }
});
