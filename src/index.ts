/**
 * The public surface of retort-distill, grouped by room. Nothing else is importable from outside. Importing it changes nothing:
 * call `useEngine` first.
 */

// engine: numbers
export { tf } from './engine/namespace.ts';
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Variable } from './engine/tf.ts';
export { type EngineFacts, engineFacts, type EngineName, engineNames, measureMatMulRate, useEngine } from './engine/engine.ts';
export { type Batch, type HostArrays, upload } from './engine/batch.ts';
export { leaks, scope } from './engine/memory.ts';
export { fold, type Key, randomKey } from './engine/random.ts';

// text: words
export { type Corpus, makeCorpus } from './text/corpus.ts';
export type { Example, LabelSpace } from './text/example.ts';
export { openTsv } from './text/tsv.ts';
export { openPlainLines } from './text/plain-lines.ts';
export { glueTasks, openGlue } from './text/glue.ts';
export type { Tokenizer } from './text/tokenizer.ts';
export { loadTokenizer, saveTokenizer } from './text/tokenizer-files.ts';
export { trainWordPiece } from './text/train-word-piece.ts';
export { concatenate, encodeCorpus, type EncodedCorpus } from './text/encoded-corpus.ts';
export { evaluationBatches, type HostBatch, trainingBatches } from './text/batches.ts';

// models: families
export { type EncoderConfig, parseConfig, type Task } from './models/config.ts';
export { freshModel, type Model } from './models/model.ts';
export { type LoadedModel, loadModel } from './models/load.ts';
export { saveModel } from './models/save.ts';
export { exportOnnx } from './models/onnx-export.ts';
export { freshConfig, parseSize, type Size } from './models/size.ts';
export { type Cut, cutStudent } from './models/student.ts';
export { distilbertReleasedMap, everyOtherMap, lastMap, skipMap, uniformMap } from './models/layer-map.ts';
export type { ModelOutput, OutputOf, SignalOf, Wants } from './models/output.ts';

// teacher: voices
export { disposeSignal, liveTeacher, type Teacher } from './teacher/teacher.ts';
export { recordedTeacher, type RecordedOptions } from './teacher/recorded.ts';
export { ensembleTeacher, type EnsembleOptions } from './teacher/ensemble.ts';
export { openOnnxTeacher, type OnnxTeacher } from './teacher/onnx.ts';
export { classLogits, labelCorpus, type LabelOptions } from './teacher/label-corpus.ts';
export { type Labeller, modelFingerprint, modelLabeller } from './teacher/labeller.ts';
export { openLabels, type StoredLabels } from './teacher/label-store.ts';
export type { LabelHeader, LabelSource } from './teacher/label-header.ts';
export { type Answers, readAnswers } from './teacher/answers.ts';
export type { AnswerSpace } from './teacher/answer-values.ts';
export { labelFromAnswers } from './teacher/label-answers.ts';

// objectives: matching
export { type Objective, type Paper, type StepContext, weighted } from './objectives/objective.ts';
export { hardLabels } from './objectives/hard-labels.ts';
export { labelSmoothing } from './objectives/label-smoothing.ts';
export { softLabel, type SoftLabelOptions } from './objectives/soft-label.ts';
export { objectiveCatalogue } from './objectives/catalogue.ts';

// train: learning
export { train, trainDefaults, type TrainHooks, type TrainOutcome, type TrainSettings } from './train/train.ts';
export type { TrainEvent } from './train/event.ts';

// evaluate: examining
export { classificationScores, type ClassificationScores } from './evaluate/classification.ts';
export { classifierScores } from './evaluate/score.ts';
export { fidelity } from './evaluate/fidelity.ts';
export { bagOfWordsBaseline } from './evaluate/bag-of-words.ts';
export { compareWithTransformersJs } from './evaluate/onnx-check.ts';
export { type Spread, spread } from './evaluate/spread.ts';

// strategies: lessons
export { type Lesson, plain, type Strategy } from './strategies/plain.ts';

// report: telling
export { writeHtmlReport } from './report/html.ts';
export { readRunLog } from './report/run-log.ts';

// cli: the door for recipes
export { defineRecipe, type Recipe } from './cli/recipe.ts';
export type { Run } from './cli/run.ts';
export { encodeSplits, firstExamples, openGlueSplits, openTsvSplits } from './cli/classifier-corpus.ts';
export { type JudgedClassifier, openJudged, trainClassifier } from './cli/classifier.ts';
export { bagOfWordsAccuracy, conclude } from './cli/conclusion.ts';
