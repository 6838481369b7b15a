/**
 * Values typed after an option, read and checked. A value that is none is wrong use (exit code 2), and the message says what is wanted.
 */
import { InvalidArgumentError } from 'commander';
import { parseBilstmSize } from '../models/bilstm/config.ts';
import { layerMapNames, parseLayerMap } from '../models/layer-map.ts';
import type { Column } from '../text/example-row.ts';

export function wholeNumber(text: string): number {
  return numberIn(text, 'a whole number from 1', (value) => Number.isSafeInteger(value) && value >= 1);
}

export function seedNumber(text: string): number {
  return numberIn(text, 'a whole number from 0', (value) => Number.isSafeInteger(value) && value >= 0);
}

export function positiveNumber(text: string): number {
  return numberIn(text, 'a number above 0', (value) => value > 0);
}

export function numberFromZero(text: string): number {
  return numberIn(text, 'a number from 0', (value) => value >= 0);
}

export function numberOf(text: string): number {
  return numberIn(text, 'a number', () => true);
}

/** 0..1 */
export function share(text: string): number {
  return numberIn(text, 'a number from 0 to 1', (value) => value >= 0 && value <= 1);
}

/** Dropout: 0..1 without 1. */
export function dropoutRate(text: string): number {
  return numberIn(text, 'a number from 0 to below 1', (value) => value >= 0 && value < 1);
}

/** Digits are a column's number, counted from 1; anything else is its name. */
export function column(text: string): Column {
  return /^\d+$/.test(text) ? wholeNumber(text) : text;
}

/** `cpu` or `cuda:0` */
export function deviceName(text: string): string {
  if (!/^(cpu|cuda:\d+)$/.test(text)) throw new InvalidArgumentError('Wanted: cpu, or cuda:N as cuda:0.');
  return text;
}

/** `negative,positive` */
export function wordList(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.includes('') || new Set(words).size < words.length) throw new InvalidArgumentError('Wanted: different words, parted by commas.');
  return words;
}

/** `0,2,4` */
export function layerList(text: string): number[] {
  return text.split(',').map((part) => numberIn(part.trim(), 'layers from 0, parted by commas, as 0,2,4', (value) => Number.isSafeInteger(value) && value >= 0));
}

/** `0,2,4`, or a map by its name as `uniform:3`, which is read when the teacher is known. */
export function layerChoice(text: string): number[] | string {
  if (!/^[a-z]/.test(text)) return layerList(text);
  if (parseLayerMap(text) === undefined) throw new InvalidArgumentError(`Wanted: layers from 0, as 0,2,4, or a map with a number of layers, as uniform:3; the maps are ${layerMapNames.join(', ')}.`);
  return text;
}

/** `bilstm` or `bilstm:64x100`; kept as it was typed, a run remembers it so. */
export function bilstmSize(text: string): string {
  try {
    parseBilstmSize(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function numberIn(text: string, wanted: string, fits: (value: number) => boolean): number {
  const value = text === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || !fits(value)) throw new InvalidArgumentError(`Wanted: ${wanted}.`);
  return value;
}
