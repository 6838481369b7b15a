import test from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import { bleuCounts, bleuOf, corpusBleu } from '../../src/evaluate/bleu.ts';
import { corpusChrf } from '../../src/evaluate/chrf.ts';
import { modeMass, sequenceSignatures } from '../../src/evaluate/sequence-signatures.ts';
import { translationDifference, translationScores } from '../../src/evaluate/translation-scores.ts';
import { translationSpeed } from '../../src/evaluate/translation-speed.ts';
import { toyTranslator } from '../teacher/toy-translator.ts';

const references = ['the cat sat on the mat', 'a dog ran over the hill', 'it is raining again', 'we went home by train at night'];
const good = ['the cat sat on the mat', 'a dog ran over a hill', 'it is raining again', 'we went home by train at night'];
const poor = ['the cat sits on mat', 'dogs ran over the hill', 'raining again it is', 'home we went by train'];
const key = randomKey(1, 'bootstrap');

test('both scores, how they were computed, and what a resample is drawn from', (t) => {
  const scores = translationScores(poor, references);
  t.deepEqual(scores.bleu, corpusBleu(poor, references));
  t.is(scores.chrf, corpusChrf(poor, references));
  t.regex(scores.signatures.bleu, /^nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:retort-/);
  t.regex(scores.signatures.chrf, /\|nc:6\|nw:0\|/);
  t.is(bleuOf(scores.counts.bleu, { rows: [3, 0, 0] }).score, corpusBleu([poor[3]!, poor[0]!, poor[0]!], [references[3]!, references[0]!, references[0]!]).score);
  t.throws(() => translationScores(poor.slice(1), references), { message: /3 translations/ });
});

test('the difference of two systems is that of their scores, on all sentences and on each resample', (t) => {
  const [first, second] = [translationScores(good, references), translationScores(poor, references)];
  for (const metric of ['bleu', 'chrf'] as const) {
    const { difference, interval: [low, high], resamples } = translationDifference(first, second, { metric, key, resamples: 200 });
    t.is(difference, metric === 'bleu' ? first.bleu.score - second.bleu.score : first.chrf - second.chrf);
    t.true(low > 0 && low <= difference && difference <= high && resamples === 200);
    const back = translationDifference(second, first, { metric, key, resamples: 200 });
    t.deepEqual(back.interval.map((end) => -end).reverse().map((end) => end.toFixed(9)), [low, high].map((end) => end.toFixed(9)));
  }
  t.throws(() => translationDifference(first, { ...second, counts: { ...second.counts, bleu: bleuCounts(['a'], ['a']) } }, { key }), { message: 'translations of 4 and of 1 sentences cannot be compared in pairs' });
});

test('the four signatures of sequence-level distillation', (t) => {
  const student = { greedyBleu: 18.9, beamBleu: 19, goldLogProbs: [Math.log(1 / 22.7), Math.log(1 / 22.7)], modeLogProbs: [Math.log(0.3), Math.log(0.04)] };
  const baseline = { greedyBleu: 14.7, beamBleu: 17.6, goldLogProbs: [Math.log(1 / 8.2)], modeLogProbs: [Math.log(0.01), Math.log(0.008)] };
  const { greedyGain, beamGap, goldPerplexity, modeMass: mass } = sequenceSignatures(student, baseline);
  const near = (value: number, expected: number) => t.true(Math.abs(value - expected) < 1e-9, `${value}`);
  near(greedyGain, 4.2);
  near(beamGap.student, 0.1);
  near(beamGap.baseline, 2.9);
  near(goldPerplexity.student, 22.7);
  near(goldPerplexity.baseline, 8.2);
  near(mass.student, 0.17);
  near(mass.baseline, 0.009);
  t.throws(() => modeMass([]), { message: /no translation/ });
  t.throws(() => modeMass([-1, 0.5]), { message: 'translation 2 has the log-probability 0.5: none is above 0' });
  t.throws(() => modeMass([NaN]), { message: /NaN/ });
});

test('speed: every source each pass, the first pass thrown away, best translations counted', async (t) => {
  let clock = 0;
  const sizes: number[] = [];
  const translator = toyTranslator({ before: (lengths) => { clock += 100; sizes.push(lengths.length); } });
  const speed = await translationSpeed(translator, ['a', 'a b', 'a b c'], { batch: 2, passes: 2, now: () => clock });
  t.deepEqual(sizes, [2, 1, 2, 1, 2, 1]);
  t.deepEqual(speed, { sentences: 3, tokens: 9, sentencesPerSecond: 15, tokensPerSecond: 45 });
  await t.throwsAsync(translationSpeed(translator, []), { message: /no source/ });
});
