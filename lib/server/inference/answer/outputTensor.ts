import type { ModelOutput } from '../../../model/outputs';
import { topPredictions } from '../../../model/topPredictions';
import type { Ran } from '../runInput';
import type { WantedOutput } from './wantedOutputs';

/** A tensor of an answer: FP32, or BYTES that are text. */
export interface OutputTensor {
  name: string;
  shape: number[];
  data: Float32Array | string[];
  binary: boolean;
}

/** One output of all clips. */
export function outputTensor(
  { name, binary, topK, classification }: WantedOutput,
  rows: Ran['rows'],
  labels: readonly string[],
): OutputTensor {
  const source: ModelOutput = name === 'labels' ? 'probabilities' : name;
  const vectors = rows.map((row) => row[source] as NonNullable<(typeof row)[ModelOutput]>);
  const texts = (count: number, text: (of: { label: string; index: number; score: number }) => string) => ({
    name,
    binary,
    shape: [rows.length, count],
    data: vectors.flatMap(({ data }) => topPredictions(data, labels, count).map(text)),
  });
  if (name === 'labels') return texts(topK, ({ label }) => label);
  // As Triton writes it.
  if (classification > 0)
    return texts(classification, ({ label, index, score }) => `${score.toFixed(6)}:${index}:${label}`);
  return { name, binary, shape: [rows.length, ...(vectors[0]?.shape ?? [])], data: joined(vectors) };
}

function joined(vectors: readonly { data: Float32Array }[]): Float32Array {
  const [first] = vectors;
  if (first !== undefined && vectors.length === 1) return first.data;
  const all = new Float32Array(vectors.reduce((sum, { data }) => sum + data.length, 0));
  let end = 0;
  for (const { data } of vectors) {
    all.set(data, end);
    end += data.length;
  }
  return all;
}
