/**
 * `retort export` of a translator: the two ONNX files of an encoder-decoder, and the proof that transformers.js writes the same with them.
 */
import type { Command } from 'commander';
import { join } from 'node:path';
import type { Seq2SeqConfig } from '../../models/seq2seq/config.ts';
import { seq2seqConfigToJson } from '../../models/seq2seq/config-file.ts';
import { exportTranslatorOnnx } from '../../models/seq2seq/onnx-export.ts';
import { writeSeq2SeqConfig } from '../../models/seq2seq/save.ts';
import { translateSources } from '../../teacher/translate-sources.ts';
import { saveTranslationTokenizers } from '../../text/open-translation-tokenizers.ts';
import type { Door } from '../door.ts';
import { type EngineOption, startEngine } from '../engine-option.ts';
import { onnxCheckText } from '../onnx-check-text.ts';
import { openTexts, refuseUnfitting, type TsvColumns } from '../text-files.ts';
import { columnOptions, refuseOtherOptions } from '../unused-options.ts';
import { checkTranslatorOnnx } from './onnx-check.ts';
import { readSources } from './read-sources.ts';
import { openTranslatorFolder, type TranslatorFolder, translatorOf } from './translator-folder.ts';

export interface ExportTranslatorOptions extends TsvColumns, EngineOption {
  readonly out?: string;
  readonly check?: string;
  readonly maxTokens?: number;
}

/** Near ties may go either way in another runtime: one sentence may differ, or so many. Of more the files are to blame. */
const mayDiffer = 0.1;

export async function exportTranslator(command: Command, door: Door, folder: string, options: ExportTranslatorOptions): Promise<void> {
  const { out, check } = options;
  refuseOtherOptions(command, [...columnOptions.filter((name) => !['pair', 'label'].includes(name)), 'out', 'check', 'maxTokens', 'engine', 'device', 'precision', 'threads'], `${folder} is a translator; leave that away`);
  if (check !== undefined) refuseUnfitting(check, options);
  if (check !== undefined && options.precision === 'bf16') command.error('error: --precision bf16: the ONNX is float32, and words chosen in bfloat16 may be others; leave it away with --check');
  const console = door.console();
  const texts = check === undefined ? undefined : (await openTexts(check, options)).examples;
  await startEngine(console, options);
  const opened = await openTranslatorFolder(folder);
  for (const notice of opened.notices) console.note(notice);
  const { config, parameters } = opened.model;
  if (check !== undefined && opened.tokenizers.published !== undefined) throw new Error(`${folder}: transformers.js reads no sentencepiece models, which are this folder's tokenizers; leave --check away, the ONNX is for ONNX Runtime`);
  if (out === undefined) requireComplete(join(folder, 'config.json'), config);
  const target = out ?? folder;
  const path = join(target, 'onnx');
  await exportTranslatorOnnx({ config, weights: await parameters.read(), folder: path });
  if (out !== undefined) {
    await writeSeq2SeqConfig(out, config);
    await saveTranslationTokenizers(opened.tokenizers, out);
  }
  console.say(path);
  const lines = texts?.map(({ id, text }) => ({ id, text, place: `${check}: ${id}` }));
  const found = lines === undefined ? undefined : await compare(opened, lines, { target, maxTokens: options.maxTokens, console, signal: door.signal });
  opened.model.dispose();
  if (typeof found === 'string') throw new Error(`${path} is written, but was not checked: ${found}`);
  if (found !== undefined) console.say(`transformers.js: ${onnxCheckText(found, 'texts')}`);
  console.answer({ path, ...(found && { check: found }) });
  const differing = found === undefined ? 0 : Math.round(found.examples * (1 - found.agreement));
  if (differing > Math.max(1, mayDiffer * (found?.examples ?? 0))) throw new Error(`${path}: ${differing} of ${found?.examples} translations differ: do not use it`);
}

/** What transformers.js takes from config.json and this project can do without. @throws where the folder's own file lacks it. */
function requireComplete(file: string, config: Seq2SeqConfig): void {
  const [own, whole] = [config.source, seq2seqConfigToJson(config)];
  const missing = ['is_encoder_decoder', 'num_decoder_layers', 'decoder_layers'].find((name) => whole[name] !== undefined && own[name] === undefined);
  if (missing !== undefined) throw new Error(`${file}: it does not say ${missing}, without which transformers.js runs no ONNX of it; give --out FOLDER, for a config.json that does`);
}

interface Comparing {
  readonly target: string;
  readonly maxTokens: number | undefined;
  readonly console: Parameters<typeof readSources>[2]['console'];
  readonly signal: AbortSignal;
}

/** What this engine writes of the lines by greedy search, against what transformers.js does. */
async function compare(opened: TranslatorFolder, lines: readonly { id: string; text: string; place: string }[], { target, maxTokens, console, signal }: Comparing) {
  const translator = await translatorOf(opened, { beams: 1, maxTokens });
  const sources = await readSources(translator, lines, { folder: opened.folder, maxTokens, console });
  const found = await translateSources(translator, sources, { ids: lines.map(({ id }) => id), signal });
  return checkTranslatorOnnx(target, { texts: lines.map(({ text }) => text), translations: found.map(([best]) => best?.text ?? ''), maxTokens: translator.maxTokens });
}
