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
export { fold, type Key, normals, randomKey, uniform } from './engine/random.ts';
export { softmaxCrossEntropy, softmaxDivergence } from './engine/fused/cross-entropy.ts';
export { embedding } from './engine/fused/embedding.ts';
export { layerNorm } from './engine/fused/layer-norm.ts';
export { linear } from './engine/fused/linear.ts';

// nn: layers
export { freshValues, linearSpecs, normSpecs, Parameters, type ParameterSpec } from './nn/parameters.ts';
export type { Mode } from './nn/mode.ts';

// decode: search
export type { StepDecoder } from './decode/step-decoder.ts';
export type { DecodeOptions } from './decode/constraints.ts';
export type { Hypothesis } from './decode/path.ts';
export { greedy, type GreedyHypothesis, type GreedyOptions } from './decode/greedy.ts';
export { beamSearch, type BeamSearchOptions } from './decode/beam-search.ts';
export { search, type SearchOptions } from './decode/search.ts';
export { ensembleDecoder } from './decode/ensemble.ts';
export { scoreSequences } from './decode/score-sequences.ts';

// text: words
export { type Corpus, makeCorpus } from './text/corpus.ts';
export type { Example, LabelKind, LabelSpace } from './text/example.ts';
export { openTsv } from './text/tsv.ts';
export { openPlainLines } from './text/plain-lines.ts';
export { type StreamedCorpus, streamOf } from './text/streamed-corpus.ts';
export { openParallel, type ParallelFiles, type ParallelOptions, type ParallelTable, type ParallelText, streamParallel } from './text/parallel.ts';
export { glueTasks, openGlue } from './text/glue.ts';
export { type HeldOut, holdOutLong, type HoldOutOptions } from './text/hold-out.ts';
export type { Tokenizer } from './text/tokenizer.ts';
export { loadTokenizer, saveTokenizer } from './text/tokenizer-files.ts';
export { sharedTokenizers, type SideTokenizer, type TranslationTokenizers } from './text/translation-tokenizers.ts';
export { openTranslationTokenizers, saveTranslationTokenizers } from './text/open-translation-tokenizers.ts';
export { trainWordPiece } from './text/train-word-piece.ts';
export { trainTranslationVocabulary, type TranslationVocabularyOptions } from './text/train-translation-vocabulary.ts';
export { concatenate, encodeCorpus, type EncodedCorpus } from './text/encoded-corpus.ts';
export { encodePairs, type EncodePairsOptions, encodeSources } from './text/encoded-pairs.ts';
export { type Masking, type MaskingOptions, wordMasking } from './text/masking.ts';
export { readWordVectors, vectorsById, WordVectors } from './text/word-vectors.ts';
export { tokenCounts } from './text/token-counts.ts';
export { evaluationBatches, type HostBatch, trainingBatches } from './text/batches.ts';
export { sourceBatches, type SourceBatchOptions } from './text/source-batches.ts';

// models: families
export type { EncoderConfig, FamilyName, Task } from './models/config.ts';
export { parseConfig } from './models/config-file.ts';
export type { Dimensions } from './models/dimensions.ts';
export type { ModelFacts } from './models/facts.ts';
export { freshModel, type Model } from './models/model.ts';
export { type LoadedModel, loadModel, type LoadOptions } from './models/load.ts';
export { saveModel } from './models/save.ts';
export { type Classifier, type ClassifierConfig, loadClassifier } from './models/classifiers.ts';
export { type BilstmConfig, bilstmConfig, type BilstmSize, parseBilstmSize } from './models/bilstm/config.ts';
export { freshBilstm, type FreshBilstm } from './models/bilstm/bilstm.ts';
export { readSentenceSettings, type SentenceSettings } from './models/sentence-files.ts';
export { exportOnnx } from './models/onnx-export.ts';
export { freshConfig, parseSize, type Size } from './models/size.ts';
export { type Cut, cutStudent } from './models/student.ts';
export type { Seq2SeqConfig, Seq2SeqFamilyName } from './models/seq2seq/config.ts';
export { parseSeq2SeqConfig } from './models/seq2seq/config-file.ts';
export type { GenerationSettings } from './models/seq2seq/generation.ts';
export { freshSeq2Seq, type Seq2Seq } from './models/seq2seq/model.ts';
export { loadSeq2Seq, readSeq2SeqConfig } from './models/seq2seq/load.ts';
export { exportTranslatorOnnx, type TranslatorOnnxExport } from './models/seq2seq/onnx-export.ts';
export { saveSeq2Seq, type SaveSeq2SeqOptions, type TranslationSamples } from './models/seq2seq/save.ts';
export { translationSamples } from './models/seq2seq/samples.ts';
export { openDecoder, type SourceDecoder } from './models/seq2seq/step-decoder.ts';
export { searchTranslations } from './models/seq2seq/search.ts';
export { freshSeq2SeqConfig, type FreshSeq2SeqOptions, parseSeq2SeqSize, type Seq2SeqSize } from './models/seq2seq/size.ts';
export { cutSeq2Seq, cutSeq2SeqConfig, type CutSeq2SeqOptions, type Seq2SeqCut } from './models/seq2seq/student.ts';
export { distilbertReleasedMap, everyOtherMap, lastMap, layersCalled, skipMap, uniformMap } from './models/layer-map.ts';
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
export { stepTranslator, type StepTranslatorOptions, type Translation, type TranslationTokenizer, type Translator } from './teacher/translator.ts';
export { translateSources, type TranslateSourcesOptions } from './teacher/translate-sources.ts';
export { translateCorpus, translated, type TranslateOptions, type TranslateProgress } from './teacher/translate-corpus.ts';
export { modelTranslator, type ModelTranslatorOptions } from './teacher/model-translator.ts';
export { translateTexts, type TranslateTextsOptions } from './teacher/translate-texts.ts';
export { openTranslations, type Translations, type TranslationSource } from './teacher/translation-store.ts';

// objectives: matching
export { type Matched, meanOver, type Objective, ownParameter, type Paper, type Shapes, type StepContext, weighted } from './objectives/objective.ts';
export { lastLayers, lastMatches, type LayerMatch, matchRows, skipMatches, uniformMatches } from './objectives/layer-match.ts';
export { project, projectionSpecs, type ProjectionUse } from './objectives/projection.ts';
export type { EmbeddingSource } from './objectives/embedding-source.ts';
export type { DescribedWeight, LinearWeight, Weight } from './objectives/weight.ts';
export { constant, stopGradient } from './objectives/stop-gradient.ts';
export type { HeadTask } from './objectives/rows.ts';
export { activationBoundary, type ActivationBoundaryOptions } from './objectives/activation-boundary.ts';
export { attentionTransfer, type AttentionTransferOptions } from './objectives/attention-transfer.ts';
export { cckd, type CckdOptions } from './objectives/cckd.ts';
export { cosineHidden, type CosineHiddenOptions } from './objectives/cosine-hidden.ts';
export { crd, crdLoss, type CrdOptions } from './objectives/crd.ts';
export { distilbert, type DistilbertOptions } from './objectives/distilbert.ts';
export { ensembleAverage, type EnsembleAverageOptions } from './objectives/ensemble-average.ts';
export { factorTransfer, type FactorTransferOptions } from './objectives/factor-transfer.ts';
export { fsp, type FspOptions } from './objectives/fsp.ts';
export { balancedClassWeights, hardLabels, type HardLabelOptions } from './objectives/hard-labels.ts';
export { hint, type HintOptions } from './objectives/hint.ts';
export { kdPt } from './objectives/kd-pt.ts';
export { kdRel, type KdRelOptions } from './objectives/kd-rel.ts';
export { kdSim, type KdSimOptions } from './objectives/kd-sim.ts';
export { kdTopk, type KdTopkOptions } from './objectives/kd-topk.ts';
export { labelSmoothing, type LabelSmoothingOptions } from './objectives/label-smoothing.ts';
export { logitMse, type LogitMseOptions, type LogitStatistics, logitStatistics } from './objectives/logit-mse.ts';
export { minilmAttention, type MinilmAttentionOptions } from './objectives/minilm-attention.ts';
export { minilmRelation, type MinilmRelationOptions } from './objectives/minilm-relation.ts';
export { minilmValueRelation, type MinilmValueRelationOptions } from './objectives/minilm-value-relation.ts';
export { mtDnn, type MtDnnOptions } from './objectives/mt-dnn.ts';
export { type LabelGraph, noisyLabel, type NoisyLabelOptions } from './objectives/noisy-label.ts';
export { noisyLogit, type NoisyLogitOptions } from './objectives/noisy-logit.ts';
export { ntXent, ntXentLoss, type NtXentOptions } from './objectives/nt-xent.ts';
export { oracleEnsemble, type OracleEnsembleOptions } from './objectives/oracle-ensemble.ts';
export type { PartialOptions } from './objectives/partial-knowledge.ts';
export { pkd, type PkdOptions } from './objectives/pkd.ts';
export { type Bank, reaugkd, type ReaugkdOptions, retrievedPrediction } from './objectives/reaugkd.ts';
export { rkdAngle, type RkdAngleOptions } from './objectives/rkd-angle.ts';
export { rkdDistance, type RkdDistanceOptions } from './objectives/rkd-distance.ts';
export { sentenceEmbedding, type SentenceEmbeddingOptions } from './objectives/sentence-embedding.ts';
export { type RuleBook, ruleDistill, type RuleDistillOptions } from './objectives/rule-distill.ts';
export { seqKd, type SeqKdOptions } from './objectives/seq-kd.ts';
export { similarityPreserving, type SimilarityPreservingOptions } from './objectives/similarity-preserving.ts';
export { softLabel, type SoftLabelOptions } from './objectives/soft-label.ts';
export { tinybertAttention, type TinybertAttentionOptions } from './objectives/tinybert-attention.ts';
export { tinybertHidden, type TinybertHiddenOptions } from './objectives/tinybert-hidden.ts';
export { tinybertPrediction, type TinybertPredictionOptions } from './objectives/tinybert-prediction.ts';
export { triplet, type TripletOptions } from './objectives/triplet.ts';
export { vid, type VidOptions } from './objectives/vid.ts';
export { wordKd, type WordKdOptions } from './objectives/word-kd.ts';
export { objectiveCatalogue } from './objectives/catalogue.ts';

// train: learning
export { train, trainDefaults, type TrainHooks, type TrainOutcome, type TrainSettings } from './train/train.ts';
export type { TrainEvent } from './train/event.ts';
export { densities, keptByMagnitude, type PruneOptions, PruningMasks } from './train/magnitude-prune.ts';

// evaluate: examining
export { classificationScores, type ClassificationScores, predictedClasses } from './evaluate/classification.ts';
export { type MultiLabelScores, multiLabelScores, predictedSets } from './evaluate/multi-label.ts';
export { type RegressionScores, regressionScores } from './evaluate/regression.ts';
export { type Bleu, bleuCounts, bleuOf, type BleuOptions, bleuSignature, corpusBleu, sentenceBleu, type Smoothing } from './evaluate/bleu.ts';
export { chrfCounts, chrfOf, chrfSignature, corpusChrf, sentenceChrf } from './evaluate/chrf.ts';
export type { References } from './evaluate/references.ts';
export { type MaskedLmOptions, type MaskedLmScores, maskedLmScores } from './evaluate/masked-lm.ts';
export { sentenceEditRate, wordErrorRate } from './evaluate/edit-rate.ts';
export { type TranslationLikelihood, translationLikelihood } from './evaluate/translation-likelihood.ts';
export { type DifferenceOptions, translationDifference, translationScores, type TranslationScores } from './evaluate/translation-scores.ts';
export { modeMass, type SequenceMeasures, sequenceSignatures, type SequenceSignatures } from './evaluate/sequence-signatures.ts';
export { type SpeedOptions, translationSpeed, type TranslationSpeed } from './evaluate/translation-speed.ts';
export { perplexity } from './evaluate/perplexity.ts';
export { pearson, spearman } from './evaluate/correlation.ts';
export { embeddingsOf, encodeSentencePairs, pairCosines, type SentencePairs, similarityScores, type SimilarityScores } from './evaluate/sentence-similarity.ts';
export { classifierScores, modelScores, rankingScores, type Scores, scoresOf } from './evaluate/score.ts';
export { glueAverage, type GlueResult, glueResult } from './evaluate/glue-score.ts';
export { checkSubmission, submissionFiles, submissionText, writeSubmission } from './evaluate/glue-submission.ts';
export { type Calibration, calibration, type ReliabilityBin } from './evaluate/calibration.ts';
export { probabilitiesOf } from './evaluate/softmax.ts';
export { type Fidelity, fidelity, fidelityOf, type ScoreFidelity, scoreFidelity, setFidelity } from './evaluate/fidelity.ts';
export { linearCka } from './evaluate/cka.ts';
export { layerCka } from './evaluate/layer-cka.ts';
export { likestMap, standingLayers } from './evaluate/layer-assignment.ts';
export { type StepFacts, type StepMemory, stepMemory } from './evaluate/step-memory.ts';
export { type McNemar, mcNemar } from './evaluate/mcnemar.ts';
export { type BootstrapOptions, type PairedBootstrap, pairedBootstrap } from './evaluate/paired-bootstrap.ts';
export { pairedSeeds, type PairedSeedsOptions } from './evaluate/paired-seeds.ts';
export { chanceScore, retention } from './evaluate/retention.ts';
export { type Spread, spread } from './evaluate/spread.ts';
export { type Latency, measureLatency } from './evaluate/latency.ts';
export { modelLatency } from './evaluate/model-latency.ts';
export { flopsPerExample, meanFlops } from './evaluate/flops.ts';
export { bagOfWordsBaseline } from './evaluate/bag-of-words.ts';
export { compareWithTransformersJs } from './evaluate/onnx-check.ts';
export { TransformersJsMissing } from './evaluate/transformers-js.ts';
export { compareTranslations, type StoredTranslations, type TranslationComparison } from './evaluate/onnx-translation-check.ts';

// strategies: lessons
export { type Lesson, plain, type Strategy } from './strategies/plain.ts';
export { type Stage, stages } from './strategies/stages.ts';
export { hintThenLogits, type HintThenLogitsOptions } from './strategies/hint-then-logits.ts';
export { intermediateThenPrediction, type IntermediateThenPredictionOptions } from './strategies/intermediate-then-prediction.ts';
export { type Assistant, type TeacherAssistantOptions, teacherAssistants } from './strategies/teacher-assistants.ts';
export { earlyStoppedTeachers, type EarlyStoppedTeacherOptions, stoppedDistillation, type StoppedDistillationOptions, type TeacherCandidate } from './strategies/early-stopped-teachers.ts';
export { distilledCorpus, sequenceLevel, type SequenceLevelOptions } from './strategies/sequence-level.ts';
export { selectTranslations, type SelectionCounts, type SelectionOptions } from './strategies/select-translations.ts';
export { nearestTo, type TranslationChoice } from './strategies/translation-choice.ts';
export type { DropReason, TranslationFilters } from './strategies/translation-filters.ts';
export { augment, type AugmentOptions } from './strategies/augmentation.ts';
export { embeddingNeighbours, vectorNeighbours, type WordNeighbours } from './strategies/word-neighbours.ts';
export { strategyCatalogue } from './strategies/catalogue.ts';

// report: telling
export { type Report, writeHtmlReport } from './report/html.ts';
export { openRunLog, readRunLog } from './report/run-log.ts';
export { openTensorBoard } from './report/tensorboard.ts';
export { type Evidence, evidenceOf, readEvidence } from './report/evidence-file.ts';
export { evidenceTable } from './report/evidence-table.ts';

// cli: the door for recipes
export { defineRecipe, once, type Recipe } from './cli/recipe.ts';
export type { Run } from './cli/run.ts';
export { engineSettings } from './cli/engine-option.ts';
export { drawExamples, encodeSplits, firstExamples, openGlueSplits, openTsvSplits, withoutLabels } from './cli/classifier-corpus.ts';
export { type JudgedClassifier, openJudged, trainClassifier } from './cli/classifier.ts';
export { openTexts } from './cli/text-files.ts';
export { type EmbedderLesson, type TrainedEmbedder, trainEmbedder } from './cli/embedder.ts';
export { hiddenWords, type MaskedLmLesson, maskedLmText, openRunningText, type TrainedMaskedLm, trainMaskedLm } from './cli/masked-lm.ts';
export type { Contender } from './cli/comparison-rows.ts';
export { bagOfWordsAccuracy, conclude } from './cli/conclusion.ts';
export { type EvidenceArm, type EvidenceBook, openEvidence, type RecordedRun } from './cli/evidence.ts';
export { recordPretraining, type RecordedPretraining } from './cli/pretraining-evidence.ts';
export { openTranslationEvidence, type RecordedTranslator, type TranslationBook, type TranslationEvidenceOptions, type TranslatorArm } from './cli/translation-evidence.ts';
export { type JudgedTranslator, openTranslator, trainTranslator, type TranslationTests, type TranslatorLesson } from './cli/judged-translator.ts';
export { type LessonFiles, writeTranslationLesson } from './cli/translation-lesson-files.ts';
