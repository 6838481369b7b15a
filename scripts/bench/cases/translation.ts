/**
 * `beam-5` and `greedy`: a Marian of 6+6 layers, 512 wide, writes exactly 24 tokens for each of 32 sources of 16 tokens. The weights are
 * drawn; both sides must find translations of the same log-probability.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { Hypothesis } from '../../../src/decode/path.ts';
import { type HostArrays, upload } from '../../../src/engine/batch.ts';
import { engineMemory } from '../../../src/engine/engine.ts';
import { type Key, randomKey, uniform } from '../../../src/engine/random.ts';
import { generationConfigToJson, parseSeq2SeqConfig, seq2seqConfigToJson } from '../../../src/models/seq2seq/config-file.ts';
import { loadSeq2Seq } from '../../../src/models/seq2seq/load.ts';
import { type Seq2Seq, seq2seqSpecs } from '../../../src/models/seq2seq/model.ts';
import { searchTranslations } from '../../../src/models/seq2seq/search.ts';
import { freshValues } from '../../../src/nn/parameters.ts';
import { writeCheckpoint } from '../../../src/storage/checkpoint.ts';
import { float32Tensor } from '../../../src/storage/halves.ts';
import { readJson, writeJson } from '../../../src/storage/json.ts';
import type { Part, Settings } from '../protocol.ts';
import type { BenchCase, Work } from './case.ts';
import { type HostArray, readArrays, writeArrays } from './case-folder.ts';
import { hostBatches } from './token-batches.ts';

const seed = 1;
/** Fresh weights this wide apart make scores that differ enough for rounding not to choose. */
const deviation = 0.05;
const settingsSchema = z.strictObject({ kind: z.literal('translation'), beams: z.int().positive(), tokens: z.int().positive() });

export function translationCase(beams: number): BenchCase {
  return {
    what: `${beams === 1 ? 'greedy search' : `beam search with ${beams} beams`}: Marian 6+6x512, 32 sources of 16 tokens, 24 tokens each`,
    items: 'sentences',
    agreement: 'each',
    compares: 'the log-probability of each translation',
    write: async (folder, { small }) => {
      const shape = small ? { layers: 1, width: 32, heads: 2, feedForwardWidth: 64, vocabulary: 200 } : { layers: 6, width: 512, heads: 8, feedForwardWidth: 2048, vocabulary: 8000 };
      const asked = small ? { sources: 4, sourceTokens: 8, tokens: 6 } : { sources: 32, sourceTokens: 16, tokens: 24 };
      await writeMarian(join(folder, 'model'), shape);
      await writeArrays(join(folder, 'sources.safetensors'), { ids: sourceIds(asked, shape.vocabulary, randomKey(seed, 'sources')) });
      await writeJson(join(folder, 'case.json'), { kind: 'translation', beams, tokens: asked.tokens });
      return { ...shape, ...asked, beams };
    },
    open: async (folder) => {
      const arrays = await readArrays(join(folder, 'sources.safetensors'));
      const { model } = await loadSeq2Seq(join(folder, 'model'));
      const [sources] = hostBatches(arrays.ints('ids'), [1, ...arrays.shape('ids')]);
      return new TranslationWork(model, sources!, settingsSchema.parse(await readJson(join(folder, 'case.json'))));
    },
  };
}

/** Special tokens stand where OPUS-MT has them: the end first, padding last, which starts a translation and is never written. */
function marianConfig({ layers, width, heads, feedForwardWidth, vocabulary }: { layers: number; width: number; heads: number; feedForwardWidth: number; vocabulary: number }) {
  const pad = vocabulary - 1;
  const side = (name: string) => ({ [`${name}_layers`]: layers, [`${name}_attention_heads`]: heads, [`${name}_ffn_dim`]: feedForwardWidth });
  return parseSeq2SeqConfig({
    file: 'the bench\'s marian',
    json: {
      model_type: 'marian', architectures: ['MarianMTModel'], is_encoder_decoder: true, vocab_size: vocabulary, decoder_vocab_size: vocabulary, d_model: width, ...side('encoder'), ...side('decoder'),
      activation_function: 'swish', scale_embedding: true, share_encoder_decoder_embeddings: true, tie_word_embeddings: true, max_position_embeddings: 512, init_std: deviation, dropout: 0.1,
      pad_token_id: pad, eos_token_id: 0, bos_token_id: 0, decoder_start_token_id: pad, forced_eos_token_id: null, bad_words_ids: [[pad]], renormalize_logits: true, num_beams: 1,
    },
  });
}

async function writeMarian(folder: string, shape: Parameters<typeof marianConfig>[0]): Promise<void> {
  const config = marianConfig(shape);
  const key = randomKey(seed, 'initialise');
  await writeJson(join(folder, 'config.json'), seq2seqConfigToJson(config));
  await writeJson(join(folder, 'generation_config.json'), generationConfigToJson(config));
  await writeCheckpoint(folder, seq2seqSpecs(config).map((spec) => [spec.name, float32Tensor(spec.shape, freshValues(spec, key, config.initializerRange))] as const), { metadata: { format: 'pt' } });
}

/** [sources, tokens], each ending with the end token. */
function sourceIds({ sources, sourceTokens }: { readonly sources: number; readonly sourceTokens: number }, vocabulary: number, key: Key): HostArray {
  const data = Int32Array.from({ length: sources * sourceTokens }, (_, i) => ((i + 1) % sourceTokens === 0 ? 0 : 2 + Math.floor(uniform(key, i) * (vocabulary - 3))));
  return { shape: [sources, sourceTokens], data };
}

class TranslationWork implements Work {
  readonly parts: readonly Part[];
  readonly #model: Seq2Seq;
  readonly #sources: HostArrays;
  readonly #settings: z.infer<typeof settingsSchema>;

  constructor(model: Seq2Seq, sources: HostArrays, settings: z.infer<typeof settingsSchema>) {
    this.parts = [{ name: 'batch', itemsPerStep: sources.rows }];
    this.#model = model;
    this.#sources = sources;
    this.#settings = settings;
  }

  /** The sum of the log-probabilities of each translation. */
  async check(): Promise<number[]> {
    return (await this.#translate()).map(({ logProbs }) => logProbs.reduce((sum, value) => sum + value, 0));
  }

  async prepare(): Promise<Settings> {
    return Promise.resolve({});
  }

  async run(_part: string, steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#translate();
  }

  settings(): Settings {
    const peakDeviceBytes = engineMemory()?.peakBytes;
    return { dropout: 'off', updatedParameters: 0, ...this.#settings, ...(peakDeviceBytes !== undefined && { peakDeviceMB: peakDeviceBytes / 1e6 }) };
  }

  async #translate(): Promise<readonly Hypothesis[]> {
    const { beams, tokens } = this.#settings;
    const batch = upload(this.#sources);
    try {
      return (await searchTranslations(this.#model, batch, { beams, minNewTokens: tokens, maxNewTokens: tokens })).map(([best]) => best!);
    } finally {
      batch.dispose();
    }
  }
}
