import type { LayerProfile } from '../../binding';
import { groupBy } from '../base/groupBy';
import { parse } from '../base/validation';
import { callNative } from '../native';
import { withModelFile } from './modelFile';
import { type ModelSource, nativeSource } from './modelSource';
import { partialInputSchema } from './schemas';
import type { ModelInput, ModelMetadata } from './types';

/** A stage or the head, as the metadata names them; of other layers, those that share the first part of their path. */
export interface StageSummary {
  name: string;
  /** [C, T, H, W] or [C], after the stage. */
  outputShape: number[];
  parameters: number;
  /** Billions of multiply-adds for one clip. */
  gflops: number;
}

export interface ModelSummary {
  /** How the file is written. */
  format: string;
  /** Null for a file from elsewhere. */
  metadata: ModelMetadata | null;
  parameters: number;
  /** Billions of multiply-adds for one clip, the field's habit of counting; null where `unknownOperator` is set. */
  gflops: number | null;
  stages: StageSummary[];
  layers: LayerProfile[];
  /** An operator whose shape is not known here, so that nothing could be counted. */
  unknownOperator: string | null;
}

/**
 * Counts a model's parameters and multiply-adds, without running it.
 *
 * @param size - Frames, height and width to count for; default the model's own input, or 16×112×112.
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_MODEL_FORMAT`, `ERR_MODEL_METADATA`
 */
export async function inspectModel(
  source: ModelSource,
  size: Partial<Pick<ModelInput, 'frames' | 'height' | 'width'>> = {},
): Promise<ModelSummary> {
  parse(partialInputSchema, size, 'size');
  return withModelFile(nativeSource(source), async ({ native, metadata }) => {
    const { frames, height, width } = { frames: 16, height: 112, width: 112, ...metadata?.input, ...size };
    const profile = await callNative(() => native.profile([frames, height, width]));
    const known = profile.unknownOperator === '';
    return {
      format: native.format,
      metadata,
      parameters: profile.parameters,
      gflops: known ? giga(profile.layers) : null,
      stages: stagesOf(profile.layers, metadata),
      layers: profile.layers,
      unknownOperator: known ? null : profile.unknownOperator,
    };
  });
}

function giga(layers: LayerProfile[]): number {
  return layers.reduce((sum, layer) => sum + layer.macs, 0) / 1e9;
}

function stagesOf(layers: LayerProfile[], metadata: ModelMetadata | null): StageSummary[] {
  const parts = metadata ? [...metadata.stages, ...(metadata.head === null ? [] : [metadata.head])] : [];
  const partOf = (path: string) => parts.find((part) => `${path}.`.startsWith(`${part}.`));
  const stages = groupBy(layers, ({ path }) => partOf(path) ?? path.split('.', 1)[0] ?? '');
  return [...stages].map(([name, members]) => ({
    name,
    outputShape: members.at(-1)?.outputShape ?? [],
    parameters: members.reduce((sum, layer) => sum + layer.parameters, 0),
    gflops: giga(members),
  }));
}
