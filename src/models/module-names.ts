/**
 * Where each family keeps each part of an encoder, under its Hugging Face names. Those of a layer are relative to `layers`.<i>.
 */
export const moduleNames = {
  bert: {
    prefix: 'bert',
    embeddings: 'bert.embeddings',
    layers: 'bert.encoder.layer',
    query: 'attention.self.query',
    key: 'attention.self.key',
    value: 'attention.self.value',
    attentionOutput: 'attention.output.dense',
    attentionNorm: 'attention.output.LayerNorm',
    expansion: 'intermediate.dense',
    contraction: 'output.dense',
    outputNorm: 'output.LayerNorm',
    head: 'bert.pooler.dense',
    headActivation: 'tanh',
    languageTransform: 'cls.predictions.transform.dense',
    languageNorm: 'cls.predictions.transform.LayerNorm',
    languageBias: 'cls.predictions.bias',
  },
  distilbert: {
    prefix: 'distilbert',
    embeddings: 'distilbert.embeddings',
    layers: 'distilbert.transformer.layer',
    query: 'attention.q_lin',
    key: 'attention.k_lin',
    value: 'attention.v_lin',
    attentionOutput: 'attention.out_lin',
    attentionNorm: 'sa_layer_norm',
    expansion: 'ffn.lin1',
    contraction: 'ffn.lin2',
    outputNorm: 'output_layer_norm',
    head: 'pre_classifier',
    headActivation: 'relu',
    languageTransform: 'vocab_transform',
    languageNorm: 'vocab_layer_norm',
    languageBias: 'vocab_projector.bias',
  },
} as const;

/** The last layer of every classification head. */
export const classifierName = 'classifier';
