/**
 * The model card: README.md of a saved folder, with the metadata Hugging Face reads and the lines that run the model.
 */
import type { EncoderConfig, Task } from './config.ts';

export interface CardFacts {
  /** The model's name, usually its folder's. */
  readonly name: string;
  /** One sentence each: what it learned from whom, on what. */
  readonly story: readonly string[];
  /** Rows of the table of scores: what and how much. */
  readonly scores?: readonly (readonly [string, string])[];
  /** An input a reader can try. */
  readonly example?: string;
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
export function modelCard(config: EncoderConfig, parameters: number, { name, story, scores = [], example = 'It is not bad at all.', license }: CardFacts, { onnx }: { onnx: boolean }): string {
  const classifies = pipelineTags[config.task] === 'text-classification';
  const front = ['---', 'library_name: transformers', `pipeline_tag: ${pipelineTags[config.task]}`, 'tags: [retort, knowledge-distillation]'];
  return [
    ...front,
    ...(license === undefined ? [] : [`license: ${license}`]),
    '---',
    '',
    `# ${name}`,
    '',
    ...story,
    '',
    `${config.family}, ${config.layers} layers x ${config.width}, ${config.heads} heads, vocabulary ${config.vocabulary}, ${parameters.toLocaleString('en-GB')} parameters.`,
    ...(classifies ? [`Classes: ${config.labels.join(', ')}.`] : []),
    '',
    ...(scores.length === 0 ? [] : ['| measure | value |', '| --- | --- |', ...scores.map(([what, value]) => `| ${what} | ${value} |`), '']),
    ...(classifies && onnx ? [...javascriptExample(example), ...pythonExample(example)] : []),
  ].join('\n');
}

function javascriptExample(example: string): string[] {
  return [
    '## In Node or the browser',
    '',
    '```js',
    "import { env, pipeline } from '@huggingface/transformers';",
    "env.localModelPath = '.'; // the folder that holds this one",
    "const classify = await pipeline('text-classification', 'FOLDER', { dtype: 'fp32' }); // this folder's name",
    `console.log(await classify(${JSON.stringify(example)}));`,
    '```',
    '',
  ];
}

function pythonExample(example: string): string[] {
  return [
    '## In Python',
    '',
    '```python',
    'from transformers import pipeline',
    `print(pipeline("text-classification", "FOLDER")(${JSON.stringify(example)}))`,
    '```',
    '',
  ];
}
