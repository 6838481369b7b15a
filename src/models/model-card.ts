/**
 * The model card: README.md of a saved folder, with the metadata Hugging Face reads and the lines that run the model.
 */
import type { BilstmConfig } from './bilstm/config.ts';
import type { EncoderConfig, Task } from './config.ts';
import type { ModelFacts } from './facts.ts';
import type { SentenceSettings } from './sentence-files.ts';

export interface CardFacts {
  /** The model's name, usually its folder's. */
  readonly name: string;
  /** One sentence each: what it learned from whom, on what. */
  readonly story: readonly string[];
  /** Rows of the table of scores: what and how much. */
  readonly scores?: readonly (readonly [string, string])[];
  /** An input a reader can try. */
  readonly example?: string;
  /** Its second text, where inputs are pairs. */
  readonly pair?: string;
  /** SPDX identifier of the model's licence, where the maker knows it. */
  readonly license?: string;
}

const pipelineTags: Readonly<Record<Task, string>> = {
  'single-label': 'text-classification',
  'multi-label': 'text-classification',
  regression: 'text-classification',
  'masked-lm': 'fill-mask',
  none: 'feature-extraction',
};

/** Whether the folder holds an ONNX file decides which examples the card shows. */
export function modelCard(config: EncoderConfig, parameters: number, facts: CardFacts, { onnx, sentence }: { onnx: boolean; sentence?: SentenceSettings }): string {
  const { example = 'It is not bad at all.', pair } = facts;
  const classifies = pipelineTags[config.task] === 'text-classification';
  const kind = { library: sentence ? 'sentence-transformers' : 'transformers', pipelineTag: sentence ? 'sentence-similarity' : pipelineTags[config.task] };
  return cardOf(kind, facts, [
    `${config.family}, ${config.layers} layers x ${config.width}, ${config.heads} heads, vocabulary ${config.vocabulary}, ${parameters.toLocaleString('en-GB')} parameters.`,
    ...(classifies ? [answersText(config)] : []),
  ], [
    ...(sentence ? sentenceExamples(sentence, { example, onnx }) : []),
    ...(classifies && onnx ? [...javascriptExample(config, { example, pair }), ...pythonExample(config, { example, pair })] : []),
  ]);
}

/** Of a kind that no library of Hugging Face has a class for: it runs as ONNX, and loads again here. */
export function bilstmCard(config: BilstmConfig, parameters: number, { example = 'It is not bad at all.', pair, ...card }: CardFacts, { onnx }: { onnx: boolean }): string {
  const { units, embeddingWidth, width, vocabulary, pairs } = config;
  const inputs = pairs ? '"input_ids", "attention_mask", "token_type_ids"' : '"input_ids", "attention_mask"';
  const python = [
    '## In Python', '', '```python',
    'import numpy, onnxruntime, tokenizers',
    'tokenizer = tokenizers.Tokenizer.from_file("FOLDER/tokenizer.json")',
    'session = onnxruntime.InferenceSession("FOLDER/onnx/model.onnx")',
    `text = tokenizer.encode(${[example, ...(pair === undefined ? [] : [pair])].map((text) => JSON.stringify(text)).join(', ')})`,
    `numbers = dict(zip([${inputs}], [text.ids, text.attention_mask${pairs ? ', text.type_ids' : ''}]))`,
    'print(session.run(None, {name: numpy.array([row]) for name, row in numbers.items()})[0])',
    '```', '',
  ];
  const javascript = [
    '## In Node or the browser', '', '```js',
    "import { AutoTokenizer, env, PreTrainedModel } from '@huggingface/transformers';",
    "env.localModelPath = '.'; // the folder that holds this one",
    "const tokenizer = await AutoTokenizer.from_pretrained('FOLDER'); // this folder's name",
    "const model = await PreTrainedModel.from_pretrained('FOLDER', { dtype: 'fp32' });",
    `const { logits } = await model(tokenizer(${JSON.stringify(example)}${pair === undefined ? '' : `, { text_pair: ${JSON.stringify(pair)} }`}));`,
    'console.log(logits.tolist()[0], model.config.id2label);',
    '```', '',
  ];
  return cardOf({ library: 'onnx', pipelineTag: pipelineTags[config.task] }, card, [
    `BiLSTM (Tang et al. 2019) of ${units} units either way over word vectors of ${embeddingWidth}, a layer of ${width}, vocabulary ${vocabulary}, ${parameters.toLocaleString('en-GB')} parameters.`,
    'transformers has no class for it: it runs from onnx/model.onnx, with padding at the right; model.safetensors and config.json are for Retort to load it again.',
    answersText(config),
  ], onnx ? [...javascript, ...python] : []);
}

/** The card of a model of any kind: what it is, line by line, and how it is run. */
export function cardOf({ library, pipelineTag }: { readonly library: string; readonly pipelineTag: string }, { name, story, scores = [], license }: CardFacts, description: readonly string[], examples: readonly string[]): string {
  return [
    '---',
    `library_name: ${library}`,
    `pipeline_tag: ${pipelineTag}`,
    'tags: [retort, knowledge-distillation]',
    ...(license === undefined ? [] : [`license: ${license}`]),
    '---',
    '',
    `# ${name}`,
    '',
    ...story,
    '',
    ...description,
    '',
    ...(scores.length === 0 ? [] : ['| measure | value |', '| --- | --- |', ...scores.map(([what, value]) => `| ${what} | ${value} |`), '']),
    ...examples,
  ].join('\n');
}

function answersText({ task, labels }: Pick<ModelFacts, 'task' | 'labels'>): string {
  if (task === 'regression') return 'It answers with a score.';
  return `Classes: ${labels.join(', ')}.${task === 'multi-label' ? ' Several may hold, or none: each has a probability of its own.' : ''}`;
}

interface Input {
  readonly example: string;
  readonly pair: string | undefined;
}

/** transformers.js's pipeline takes one text, and makes a distribution of whatever it gets: pairs and scores are read from the logits. */
function javascriptExample({ task }: EncoderConfig, { example, pair }: Input): string[] {
  const text = JSON.stringify(example);
  const piped = [
    "const classify = await pipeline('text-classification', 'FOLDER', { dtype: 'fp32' }); // this folder's name",
    `console.log(await classify(${text}${task === 'multi-label' ? ', { top_k: null }' : ''}));`,
  ];
  const direct = [
    "const tokenizer = await AutoTokenizer.from_pretrained('FOLDER'); // this folder's name",
    "const model = await AutoModelForSequenceClassification.from_pretrained('FOLDER', { dtype: 'fp32' });",
    `const { logits } = await model(tokenizer(${text}${pair === undefined ? '' : `, { text_pair: ${JSON.stringify(pair)} }`}));`,
    `console.log(${task === 'regression' ? 'logits.data[0]' : task === 'multi-label' ? 'logits.sigmoid().tolist()[0]' : 'logits.softmax(-1).tolist()[0]'}${task === 'regression' ? '' : ', model.config.id2label'});`,
  ];
  const isPiped = task !== 'regression' && pair === undefined;
  return [
    '## In Node or the browser',
    '',
    '```js',
    `import { ${isPiped ? 'env, pipeline' : 'AutoModelForSequenceClassification, AutoTokenizer, env'} } from '@huggingface/transformers';`,
    "env.localModelPath = '.'; // the folder that holds this one",
    ...(isPiped ? piped : direct),
    '```',
    '',
  ];
}

function pythonExample({ task }: EncoderConfig, { example, pair }: Input): string[] {
  const text = pair === undefined ? JSON.stringify(example) : `{"text": ${JSON.stringify(example)}, "text_pair": ${JSON.stringify(pair)}}`;
  const how = { regression: ', function_to_apply="none"', 'multi-label': ', top_k=None', 'single-label': '', 'masked-lm': '', none: '' }[task];
  return [
    '## In Python',
    '',
    '```python',
    'from transformers import pipeline',
    `print(pipeline("text-classification", "FOLDER")(${text}${how}))`,
    '```',
    '',
  ];
}

function sentenceExamples({ normalize }: SentenceSettings, { example, onnx }: { example: string; onnx: boolean }): string[] {
  const text = JSON.stringify(example);
  const javascript = [
    '## In Node or the browser',
    '',
    '```js',
    "import { env, pipeline } from '@huggingface/transformers';",
    "env.localModelPath = '.'; // the folder that holds this one",
    "const embed = await pipeline('feature-extraction', 'FOLDER', { dtype: 'fp32' }); // this folder's name",
    `console.log((await embed(${text}, { pooling: 'mean', normalize: ${normalize} })).data);`,
    '```',
    '',
  ];
  return [...(onnx ? javascript : []), '## In Python', '', '```python', 'from sentence_transformers import SentenceTransformer', `print(SentenceTransformer("FOLDER").encode(${text}))`, '```', ''];
}
