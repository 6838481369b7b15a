// The rules of one sentence's beams by hand; whole searches are held to transformers in beam-search.test.ts.
import test from 'ava';
import { type BeamOptions, candidatesOf, SentenceBeams } from '../../src/decode/sentence-beams.ts';

const ends = { eosIds: [0], maxNewTokens: 4 };
const step = (...pairs: readonly (readonly [token: number, logProb: number])[]) => ({ tokens: pairs.map(([token]) => token), logProbs: pairs.map(([, logProb]) => logProb) });
const written = (beams: SentenceBeams): string[] => beams.hypotheses().map(({ tokens }) => [...tokens].join(' '));
const ended = (options: Partial<BeamOptions>): SentenceBeams => {
  const beams = new SentenceBeams({ beams: 2, ...options }, ends);
  beams.advance([step([1, -0.1], [2, -0.2], [0, -3])]);
  return beams;
};

test('the best candidates of all beams run on; each says whom it continues', (t) => {
  const beams = ended({});
  t.deepEqual(beams.advance([step([3, -2], [4, -5]), step([3, -0.1], [4, -0.2])]), [1, 1]);
  t.deepEqual(beams.running.map((path) => [path!.before!.token, path!.token, path!.length]), [[2, 3, 2], [2, 4, 2]]);
});

test('an end beyond the best k is no translation; the end of one that is becomes one', (t) => {
  t.deepEqual(written(ended({})), []);
  const beams = ended({});
  beams.advance([step([0, -0.1], [4, -5]), step([3, -0.1], [4, -0.2])]);
  t.deepEqual(written(beams), ['1 0']);
});

test('early stopping: at once, when nothing better is in sight, or when nothing better can come', (t) => {
  const tail = [step([0, -0.5], [3, -1]), step([0, -0.5], [3, -1])] as const;
  const running = (options: Partial<BeamOptions>): number => {
    const beams = ended(options);
    beams.advance(tail);
    return beams.running.length;
  };
  t.is(running({ earlyStopping: true }), 0);
  // Finished: -0.6 / 2 and -0.7 / 2. Best running: -1.1, which is -0.55 at 2 tokens and -0.275 at 4.
  t.is(running({ earlyStopping: false }), 0);
  t.is(running({ earlyStopping: 'never' }), 2);
  t.is(running({ earlyStopping: 'never', lengthPenalty: 0 }), 0);
});

test('ties go to the better beam and to the earlier token', (t) => {
  const beams = ended({});
  t.deepEqual(beams.advance([step([5, -0.2], [3, -0.2]), step([4, -0.1], [3, -9])]), [0, 0]);
  t.deepEqual(beams.running.map((path) => path!.token), [5, 3]);
});

test('at the last token the best k are cut off', (t) => {
  const beams = new SentenceBeams({ beams: 2 }, { ...ends, maxNewTokens: 1 });
  beams.advance([step([1, -0.1], [0, -0.2], [2, -0.3])]);
  t.deepEqual(beams.running, []);
  t.deepEqual(beams.hypotheses().map(({ tokens, score, finished }) => [[...tokens], score, finished]), [[[1], -0.1, false], [[0], -0.2, true]]);
});

test('enough candidates are asked for that k of them do not end', (t) => {
  t.is(candidatesOf(4, ends), 8);
  t.is(candidatesOf(4, { ...ends, eosIds: [0, 1] }), 12);
});
