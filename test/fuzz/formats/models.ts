/** The folder of a model, one file of it changed at a time: configuration, weights, tokenizer, ONNX graph. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openVoices, type Voice } from '../../../src/cli/voice.ts';
import { useEngine } from '../../../src/engine/engine.ts';
import * as tf from '../../../src/engine/tf.ts';
import { freshBilstm } from '../../../src/models/bilstm/bilstm.ts';
import { bilstmConfig } from '../../../src/models/bilstm/config.ts';
import { classFacts } from '../../../src/models/class-facts.ts';
import { freshModel } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { loadSeq2Seq } from '../../../src/models/seq2seq/load.ts';
import { freshSeq2Seq } from '../../../src/models/seq2seq/model.ts';
import { saveSeq2Seq } from '../../../src/models/seq2seq/save.ts';
import { freshSeq2SeqConfig } from '../../../src/models/seq2seq/size.ts';
import { readSentenceSettings, writeSentenceFiles } from '../../../src/models/sentence-files.ts';
import { freshConfig } from '../../../src/models/size.ts';
import { readJson } from '../../../src/storage/json.ts';
import { openOnnxTeacher } from '../../../src/teacher/onnx.ts';
import { loadTokenizer } from '../../../src/text/tokenizer-files.ts';
import { trainWordPiece } from '../../../src/text/train-word-piece.ts';
import { engineUnderTest, precisionUnderTest } from '../../engine-choice.ts';
import { tinyBatch } from '../../models/tiny-model.ts';
import { fileSubject, type Format, type Subject, utf8 } from '../format.ts';

/** Saves a classifier of one layer of 4 with a tokenizer of some 20 words. */
async function layModel(folder: string, { onnx, bilstm = false }: { onnx: boolean; bilstm?: boolean }): Promise<void> {
  await useEngine(engineUnderTest, { precision: precisionUnderTest });
  const tokenizer = await trainWordPiece(['a b c d e f g'], { size: 20, lowercase: true });
  const size = { layers: 1, width: 4, heads: 2, feedForwardWidth: 4 };
  const config = freshConfig(size, { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: 8, task: 'single-label', labels: ['no', 'yes'] });
  const recurrent = bilstmConfig({ units: 3, embeddingWidth: 4, width: 5 }, { ...config, task: 'single-label', pairs: false });
  const model = bilstm ? freshBilstm(recurrent, { seed: 1 }) : freshModel(config, { seed: 1 });
  await saveModel(folder, model, { tokenizer, card: { name: 'tiny', story: [] }, onnx });
  model.parameters.dispose();
}

/** Saves a Marian of one layer of 4 on each side. */
async function layTranslator(folder: string): Promise<void> {
  await useEngine(engineUnderTest, { precision: precisionUnderTest });
  const config = freshSeq2SeqConfig({ encoderLayers: 1, layers: 1, width: 4, heads: 2, feedForwardWidth: 4 }, { vocabulary: 12, padId: 0, eosId: 1, positions: 6 });
  const model = freshSeq2Seq(config, { seed: 1 });
  await saveSeq2Seq(folder, model, { tokenizer: () => Promise.resolve(), card: { name: 'tiny', story: [] } });
  model.dispose();
}

async function openTranslator(folder: string): Promise<unknown> {
  const before = tf.memory().numTensors;
  const { model, notices } = await loadSeq2Seq(folder);
  model.dispose();
  if (tf.memory().numTensors !== before) throw new Error('tensors are left behind');
  return [model.config, notices];
}

interface ModelSubject extends Pick<Subject, 'json' | 'words'> {
  readonly name: string;
  readonly bilstm?: boolean;
  readonly read: (folder: string, path: string) => Promise<unknown>;
}

async function modelSubject(at: string, { name, read, bilstm = false, ...rest }: ModelSubject): Promise<Subject> {
  const folder = join(at, 'model');
  const onnx = name.endsWith('.onnx');
  await layModel(folder, { onnx, bilstm });
  if (onnx) await rm(join(folder, 'model.safetensors'));
  return fileSubject(folder, name, { ...rest, samples: [await readFile(join(folder, name))], place: folder, read: (path) => read(folder, path) });
}

/** As `label` and `distill` open a teacher. */
async function openAndClose(folder: string): Promise<unknown> {
  const before = tf.memory().numTensors;
  const [voice]: readonly Voice[] = await openVoices([folder], { corpus: { kind: 'single-label', names: ['no', 'yes'] } });
  if (voice?.kind === 'model') voice.model?.model.parameters.dispose();
  if (tf.memory().numTensors !== before) throw new Error('tensors are left behind');
  return voice?.labels;
}

/** Reads it, then encodes and decodes with what was read. */
async function tryTokenizer(place: string): Promise<unknown> {
  const tokenizer = await loadTokenizer(place);
  tokenizer.configJson();
  const [encoding] = await tokenizer.encode([{ text: 'a b, Ä😀 ' }], { maxTokens: 60 }).catch((error: unknown) => {
    throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  return tokenizer.decode(encoding?.ids ?? []);
}

export const modelFormats: readonly Format[] = [
  {
    name: 'bilstm-config',
    sources: ['src/models/classifiers.ts', 'src/models/bilstm/load.ts'],
    open: (at) => modelSubject(at, { name: 'config.json', bilstm: true, json: true, words: ['bilstm', 'regression', 'bert'], read: openAndClose }),
  },
  {
    name: 'model-config',
    sources: ['src/models/load.ts', 'src/models/config.ts', 'src/models/class-facts.ts', 'src/cli/voice.ts'],
    open: (at) => modelSubject(at, {
      name: 'config.json', json: true, words: ['distilbert', 'roberta', 'regression', 'BertForMaskedLM'],
      read: async (folder, path) => {
        const facts = classFacts(await readJson(path), path);
        return [facts, await openAndClose(folder)];
      },
    }),
  },
  ...(['config.json', 'generation_config.json', 'model.safetensors'] as const).map((name): Format => ({
    name: `seq2seq-${name.replace(/\..*/, '').replace('_', '-')}`,
    sources: ['src/models/seq2seq/load.ts'],
    open: async (at) => {
      const folder = join(at, 'translator');
      await layTranslator(folder);
      return fileSubject(folder, name, { samples: [await readFile(join(folder, name))], json: name.endsWith('.json'), words: ['t5', 'bart', 'gated-gelu', 'swish', '"max_length":', 'lm_head.weight'], place: folder, read: () => openTranslator(folder) });
    },
  })),
  { name: 'model-weights', sources: ['src/models/load.ts', 'src/storage/checkpoint.ts', 'src/storage/safetensors.ts'], open: (at) => modelSubject(at, { name: 'model.safetensors', words: ['F16', 'bert.', 'LayerNorm.gamma'], read: openAndClose }) },
  {
    name: 'sentence-settings',
    sources: ['src/models/sentence-files.ts'],
    open: async (at) => {
      await writeSentenceFiles(at, { normalize: true, maxTokens: 64 }, 8);
      const names = ['modules.json', 'sentence_bert_config.json', join('1_Pooling', 'config.json')];
      const sound = await Promise.all(names.map((name) => readFile(join(at, name))));
      // Every file of it takes every input.
      return {
        samples: sound.slice(0, 1), refused: sound.slice(1, 3), json: true, words: ['../1_Pooling', 'pooling_mode_cls_token', 'Dense', '"path":'], place: at,
        read: async (input) => {
          const read = [];
          for (const [place, name] of names.entries()) {
            await writeFile(join(at, name), input);
            read.push(await readSentenceSettings(at).catch((error: unknown) => error as Error));
            await writeFile(join(at, name), sound[place]!);
          }
          if (read[0] instanceof Error) throw read[0];
          return read;
        },
      };
    },
  },
  { name: 'tokenizer', sources: ['src/text/tokenizer-files.ts'], open: (at) => modelSubject(at, { name: 'tokenizer.json', json: true, words: ['WordPiece', 'BPE', 'Unigram', 'BertNormalizer', '"vocab"'], read: tryTokenizer }) },
  { name: 'tokenizer-config', sources: ['src/text/tokenizer-files.ts'], open: (at) => modelSubject(at, { name: 'tokenizer_config.json', json: true, words: ['[PAD]', 'model_max_length'], read: tryTokenizer }) },
  { name: 'special-tokens', sources: ['src/text/tokenizer-files.ts'], open: (at) => modelSubject(at, { name: 'special_tokens_map.json', json: true, words: ['[PAD]', 'content'], read: tryTokenizer }) },
  {
    name: 'vocabulary',
    sources: ['src/text/tokenizer-files.ts', 'src/text/lines.ts'],
    open: (at) => Promise.resolve(fileSubject(at, 'vocab.txt', { samples: ['[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\n', '\ufeff[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nä'].map(utf8), words: ['##', '[UNK]', '[MASK]'], read: tryTokenizer })),
  },
  {
    name: 'onnx',
    sources: ['src/teacher/onnx.ts', 'src/storage/onnx-folder.ts'],
    open: (at) => modelSubject(at, {
      name: join('onnx', 'model.onnx'), words: ['logits', 'input_ids', 'MatMul'],
      read: async (folder) => {
        const teacher = await openOnnxTeacher(folder);
        const batch = tinyBatch([[2, 5, 3], [2, 3]]);
        try {
          const { logits } = await teacher.says(batch, { logits: true });
          tf.dispose(logits);
        } finally {
          await teacher.dispose();
          tf.dispose([batch.inputIds, batch.mask, batch.typeIds]);
        }
      },
    }),
  },
];
