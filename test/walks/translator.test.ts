/** A translator from parallel text to a saved folder: a teacher learns, its shallow cut learns from it and from the pairs, is killed, and goes on. */
import { join } from 'node:path';
import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { corpusBleu } from '../../src/evaluate/bleu.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import { freshSeq2Seq, type Seq2Seq } from '../../src/models/seq2seq/model.ts';
import { saveSeq2Seq } from '../../src/models/seq2seq/save.ts';
import { freshSeq2SeqConfig } from '../../src/models/seq2seq/size.ts';
import { cutSeq2Seq } from '../../src/models/seq2seq/student.ts';
import { seqKd } from '../../src/objectives/seq-kd.ts';
import { wordKd } from '../../src/objectives/word-kd.ts';
import { plain } from '../../src/strategies/plain.ts';
import { modelTranslator } from '../../src/teacher/model-translator.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodePairs } from '../../src/text/encoded-pairs.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { trainDefaults } from '../../src/train/train.ts';
import { bitsOf } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { letterTokenizers } from '../text/word-tokenizers.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

/** Each letter of the source has one of the target, in the same order. */
const [from, to] = ['abcdef', 'uvwxyz'];
const tokenizers = letterTokenizers(from, to);
const examples = Array.from({ length: 24 }, (_, row) => {
  const letters = Array.from({ length: 2 + (row % 3) }, (_, place) => (row * 5 + place * (1 + (row % 4))) % 6);
  return { id: `p${row}`, text: letters.map((letter) => from[letter]).join(' '), pair: letters.map((letter) => to[letter]).join(' ') };
});
const pairs = makeCorpus(examples, { name: 'letters', split: 'train' });
const limits = { maxSourceTokens: 8, maxTargetTokens: 8 };
const settings = { ...trainDefaults, seed: 3, rows: 8, learningRate: 0.01, logEvery: 1, checkpointEvery: 5 };

async function bleuOf(model: Seq2Seq): Promise<number> {
  const translator = await modelTranslator(model, { tokenizers, search: { beams: 2, maxNewTokens: 7 } });
  const written = await translator.translate(await translator.encode(examples.map(({ text }) => text)));
  return corpusBleu(written.map(([best]) => best?.text ?? ''), examples.map(({ pair }) => [pair])).score;
}

test.serial('a teacher, its shallow student, an interruption, a saved folder', async (t) => {
  const [corpus, checkpoints, folder] = [await encodePairs(pairs, tokenizers, limits), await temporaryFolder(t), await temporaryFolder(t)];
  const left = await leaks(async () => {
    const config = freshSeq2SeqConfig({ encoderLayers: 1, layers: 2, width: 16, heads: 2, feedForwardWidth: 32 }, { vocabulary: tokenizers.target.vocabularySize, padId: tokenizers.padId, eosId: tokenizers.eosId, positions: 8, dropout: 0 });
    const teacher = freshSeq2Seq(config, { seed: 1 });
    const before = await bleuOf(teacher);
    await plain({ student: teacher, objective: seqKd({ epsilon: 0.1 }), corpus, settings: { ...settings, steps: 60 }, hooks: { run: 'teacher', emit: () => undefined } });
    const taught = await bleuOf(teacher);
    t.true(taught > before + 40, `BLEU ${before} to ${taught}`);

    const bits: string[] = [];
    for (const stopAt of [undefined, 7]) {
      const { model: student } = await cutSeq2Seq(teacher, { layers: [1] });
      const events: TrainEvent[] = [];
      const lesson = (signal?: AbortSignal, stop?: () => void) => plain({
        student, objective: wordKd({ temperature: 2 }), teacher: liveTeacher(teacher), corpus, settings: { ...settings, steps: 12, evaluateEvery: 6 },
        score: { metric: 'bleu', measure: async () => ({ bleu: await bleuOf(student) }) },
        hooks: {
          run: 'student', ...(signal && { signal }), checkpoints: join(checkpoints, String(stopAt)),
          emit: (event) => {
            events.push(event);
            if (event.kind === 'step' && event.step === stopAt) stop?.();
          },
        },
      });
      if (stopAt !== undefined) {
        const controller = new AbortController();
        t.is((await lesson(controller.signal, () => controller.abort())).stopped, 'interrupted');
        student.parameters.assign(new Map([...(await student.parameters.read())].map(([name, { data }]) => [name, new Float32Array(data.length)]))); // a new process
      }
      await lesson();
      t.true(events.some((event) => event.kind === 'evaluation' && event.best));
      bits.push(await bitsOf(student));
      if (stopAt !== undefined) {
        await saveSeq2Seq(folder, student, { tokenizer: () => Promise.resolve(), card: { name: 'letters', story: ['Learned from a deeper one.'] } });
        const { model: saved } = await loadSeq2Seq(folder);
        t.is(await bleuOf(saved), await bleuOf(student));
        saved.dispose();
      }
      student.dispose();
    }
    t.is(bits[0], bits[1], 'interrupted or not, it is the same student');
    teacher.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});
