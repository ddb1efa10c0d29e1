import type { ModelOutput } from '../../../model/outputs';
import { badRequest } from '../request/badRequest';
import type { InferRequest } from '../request/inferRequest';
import type { Input } from '../request/readInput';
import type { OutputSpec, Signature } from '../signature';

/** An output as it is to be answered. */
export interface WantedOutput {
  name: OutputSpec['name'];
  binary: boolean;
  /** Of `labels`: how many, best first. */
  topK: number;
  /** Instead of its values, so many of the highest as `value:index:label`; 0: none. */
  classification: number;
}

const usualTopK = 5;

/**
 * What is to be answered: what was asked for, else the usual.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` for an output that the model, or a video, does not have
 */
export function wantedOutputs(
  { outputs, binaryOutput }: InferRequest,
  { outputs: specs, usual }: Signature,
  kind: Input['kind'],
  classes: number,
): WantedOutput[] {
  const names: readonly string[] = kind === 'video' ? ['probabilities', 'labels'] : specs.map(({ name }) => name);
  const asked = outputs.length > 0 ? outputs : usual.map((name) => ({ name, parameters: {} as Parameters }));
  return asked.map(({ name, parameters: { binary_data: binary, classification = 0, top_k: topK = usualTopK } }) => {
    if (!names.includes(name)) {
      throw badRequest(
        `an output of ${kind === 'video' ? 'a video' : 'the model'} (${names.join(', ')}) but received '${name}'`,
      );
    }
    if (classification > 0 && name !== 'probabilities' && name !== 'logits') {
      throw badRequest(`a classification of probabilities or logits but received one of '${name}'`);
    }
    return {
      name: name as OutputSpec['name'],
      binary: binary ?? binaryOutput,
      topK: Math.min(topK, classes),
      classification: Math.min(classification, classes),
    };
  });
}

type Parameters = InferRequest['outputs'][number]['parameters'];

/** What the network has to give for them. */
export function networkOutputs(wanted: readonly WantedOutput[]): ModelOutput[] {
  return [...new Set(wanted.map(({ name }) => (name === 'labels' ? 'probabilities' : name)))];
}
