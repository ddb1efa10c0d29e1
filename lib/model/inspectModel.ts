import type { LayerProfile, ModelProfile, NativeModelFile } from '../../binding';
import { groupBy } from '../base/groupBy';
import { parse } from '../base/validation';
import { callNative, native } from '../native';
import { catalogueNetworkOf } from './catalogueNetwork';
import { withModelFile } from './modelFile';
import { type ModelSource, nativeSource, sourceBytes } from './modelSource';
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
  /** Of the file. */
  bytes: number;
  /** Null for a file from elsewhere. */
  metadata: ModelMetadata | null;
  /**
   * What in the file may do more than compute, a sentence each, as far as a scan of its code tells; [] where nothing was
   * found that touches the system. It is no proof that there is nothing.
   */
  findings: string[];
  /**
   * Null where there are findings in a file from elsewhere, whose network is then not loaded. Of a quantised file, as before;
   * null where its network is one from elsewhere.
   */
  parameters: number | null;
  /** Billions of multiply-adds for one clip, the field's habit of counting; null where they were not counted. */
  gflops: number | null;
  stages: StageSummary[];
  layers: LayerProfile[];
  /** An operator whose shape is not known here, so that no multiply-adds could be counted. */
  unknownOperator: string | null;
}

/**
 * Counts a model's parameters and multiply-adds, without running it, and tells what its code may do besides. No code of a
 * file of Kinetorch's runs, as its network is built here, nor of one from elsewhere in which there are findings; one without
 * is given to LibTorch to be loaded.
 *
 * @param size - Frames, height and width to count for; default the model's own input, or 16×112×112.
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_MODEL_FORMAT`, `ERR_MODEL_METADATA`,
 * `ERR_WEIGHTS` (a file of Kinetorch's whose tensors are not those of its architecture), `ERR_UNSUPPORTED`
 */
export async function inspectModel(
  source: ModelSource,
  size: Partial<Pick<ModelInput, 'frames' | 'height' | 'width'>> = {},
): Promise<ModelSummary> {
  parse(partialInputSchema, size, 'size');
  const from = nativeSource(source);
  const bytes = await sourceBytes(from);
  return withModelFile(from, async ({ native: file, metadata }) => {
    const network = catalogueNetworkOf(metadata);
    if (network) file.buildHere(network);
    const { frames, height, width } = { frames: 16, height: 112, width: 112, ...metadata?.input, ...size };
    const findings = await callNative(() => file.scan());
    const isLoaded = network !== null || findings.length === 0;
    const profiled = metadata?.quantization ? await openOriginal(metadata) : isLoaded ? file : null;
    const profile = await callNative(async () => profiled?.profile([frames, height, width]) ?? notLoaded).finally(
      () => {
        if (profiled !== file) profiled?.close();
      },
    );
    const known = profiled !== null && profile.unknownOperator === '';
    return {
      format: file.format,
      bytes,
      metadata,
      findings,
      parameters: profiled ? profile.parameters : null,
      gflops: known ? giga(profile.layers) : null,
      stages: stagesOf(profile.layers, metadata),
      layers: profile.layers,
      unknownOperator: profile.unknownOperator || null,
    };
  });
}

/**
 * A network as that of a quantised file was before, of other weights: its own has constants in their place, and no modules.
 * Null where it is none of the architecture table.
 */
async function openOriginal({ quantization: _, ...metadata }: ModelMetadata): Promise<NativeModelFile | null> {
  const network = catalogueNetworkOf(metadata);
  if (network === null) return null;
  const fresh = { seed: 0, metadata: '{}', weights: [], newHead: false, inflate: 'average' as const };
  return callNative(async () => {
    const { createModel, NativeModelFile } = native();
    return NativeModelFile.open(await createModel({ ...network, ...fresh }), '');
  });
}

const notLoaded: ModelProfile = { parameters: 0, layers: [], unknownOperator: '' };

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
