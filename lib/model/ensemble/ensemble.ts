import { isDeepStrictEqual } from 'node:util';
import { invalidArgument, KinetorchError } from '../../base/errors';
import { type FilePath, filePath } from '../../base/filePath';
import { parseOptions } from '../../base/validation';
import { pickFrames } from '../../clip/pickFrames';
import type { RgbClip } from '../../clip/types';
import type { ClipClassifier } from '../clipClassifier';
import { loadModelFile } from '../loadModelFile';
import type { ModelSource } from '../modelSource';
import type { ModelMetadata } from '../types';
import { VideoModel } from '../videoModel';
import type { Combination } from './combineScores';
import { EnsembleNetwork } from './ensembleNetwork';
import { writeManifest } from './manifestFile';
import { type EnsembleOptions, ensembleOptions } from './options';

/**
 * Several models as one: a {@link VideoModel} whose probabilities are those of all of them, combined. Made by
 * {@link ensemble}, or by `loadModel` of a saved one.
 *
 * `input` is the first model's; of a video each sees frames sampled, resized and normalised by its own. `logits` are the
 * logarithms of the probabilities, and `embedClip` gives the models' vectors one after the other.
 */
export class Ensemble extends VideoModel {
  /** In the order of {@link weights}. */
  readonly models: readonly VideoModel[];
  /** Their sum is 1. */
  readonly weights: readonly number[];
  readonly combine: Combination['combine'];
  /** @internal */
  readonly network: EnsembleNetwork;

  /** @internal */
  constructor(
    models: readonly VideoModel[],
    combination: Combination,
    { maxVideos, path, owned }: { maxVideos: number; path: string | null; owned: readonly VideoModel[] },
  ) {
    const [first] = models as [VideoModel];
    const orders = models.map((model) => first.labels.map((label) => model.labels.indexOf(label)));
    const network = new EnsembleNetwork(models, orders, combination, owned);
    const metadata: ModelMetadata = {
      formatVersion: 2,
      architecture: 'ensemble',
      task: first.metadata.task,
      labels: [...first.labels],
      input: first.input,
      stages: [],
      head: null,
      outputs: network.outputs,
      // How clips were split for training, which `evaluate` keeps to.
      training: first.metadata.training,
    };
    super(network, metadata, { path, bytes: null, maxVideos, views: viewsOf(models, network) });
    this.models = models;
    this.weights = combination.weights;
    this.combine = combination.combine;
    this.network = network;
  }

  /**
   * Writes the ensemble as a manifest, a JSON file with the paths of its models, relative to its own folder, and their
   * weights. `loadModel`, `evaluate` and the command line take it like a model's file.
   *
   * @param path a name that ends in `.json`, such as `both.ensemble.json`
   * @throws KinetorchError `ERR_INVALID_ARGUMENT` (another name, or a model that was not loaded from a file), `ERR_FILE_ACCESS`
   */
  async save(path: FilePath): Promise<void> {
    const file = filePath(path, 'path', 'the path of a file');
    const paths = this.models.map((model, index) => {
      if (model.path !== null) return model.path;
      throw new KinetorchError(
        'ERR_INVALID_ARGUMENT',
        `expected every model of a saved ensemble to be of a model's file but model ${index} is one that was loaded from bytes`,
      );
    });
    await writeManifest(file, { paths, weights: this.weights, combine: this.combine });
  }
}

/**
 * Makes one model of several: their probabilities are combined, and a video is decoded once, each model's frames sampled,
 * resized and normalised by its own input. A video's window lasts as long as the longest clip among them.
 *
 * @param models loaded ones, which stay the caller's, or files, which are loaded here and disposed of with the ensemble.
 * Their labels are the same set, in any order; the result has the first one's.
 *
 * @example
 * await using both = await ensemble(['rgb.pt', 'motion.pt'], { weights: [1, 1.5] });
 * const { predictions } = await both.classifyVideo('match.mp4');
 * await both.save('both.ensemble.json'); // loadModel('both.ensemble.json')
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` (other labels, with both lists; weights below 0, all 0, or not one for each
 * model; models of different tasks; an ensemble among them), and those of {@link loadModel}
 */
export async function ensemble(
  models: readonly (VideoModel | ModelSource)[],
  options: EnsembleOptions = {},
): Promise<Ensemble> {
  const { weights, combine, ...loading } = parseOptions(ensembleOptions, options);
  return makeEnsemble(models, { weights, combine, loading, path: null });
}

/** {@link ensemble} with options that were checked. */
export async function makeEnsemble(
  models: readonly (VideoModel | ModelSource)[],
  { weights, combine, loading, path }: Plan,
): Promise<Ensemble> {
  if (!Array.isArray(models) || models.length === 0) throw invalidArgument('models', 'an array of models', models);
  const normalised = normalisedWeights(weights ?? models.map(() => 1), models.length);
  const owned: VideoModel[] = [];
  const load = async (model: VideoModel | ModelSource) => {
    if (model instanceof VideoModel) return model;
    const loaded = await loadModelFile(model, loading);
    owned.push(loaded);
    return loaded;
  };
  try {
    const loaded: VideoModel[] = [];
    // One after the other: kernels are measured while a model loads.
    for (const model of models) loaded.push(await load(model));
    checkAlike(loaded);
    const isMultiLabel = loaded[0]?.metadata.task === 'multilabel';
    const combination = { weights: normalised, combine, isMultiLabel };
    return new Ensemble(loaded, combination, { maxVideos: loading.maxVideos ?? 256, path, owned });
  } catch (error) {
    for (const model of owned) await model.dispose();
    throw error;
  }
}

interface Plan extends Required<Pick<EnsembleOptions, 'combine'>> {
  weights: readonly number[] | undefined;
  loading: Omit<EnsembleOptions, 'weights' | 'combine'>;
  /** Of the manifest. */
  path: string | null;
}

/** What a video's clips become: each model's own frames of them. */
function viewsOf(
  models: readonly VideoModel[],
  network: EnsembleNetwork,
): Pick<ClipClassifier, 'inputs' | 'probabilities'> {
  return {
    inputs: models.map(({ input }) => input),
    probabilities: async (clip, { picks, ...view }) => {
      const scores = models.map(({ classifier }, index) => {
        const frames = picks?.[index];
        return classifier.probabilities(frames ? pickFrames(clip as RgbClip, frames) : clip, view);
      });
      return network.combine(await network.together(scores));
    },
  };
}

function normalisedWeights(weights: readonly number[], count: number): number[] {
  if (weights.length !== count) throw invalidArgument('weights', `${count} numbers, one for each model,`, weights);
  const largest = Math.max(...weights);
  if (largest === 0) throw invalidArgument('weights', 'numbers of which one at least is above 0', weights);
  // By the largest first: the sum of what may be as large as a number can be is infinite.
  const scaled = weights.map((weight) => weight / largest);
  const sum = scaled.reduce((total, weight) => total + weight, 0);
  return scaled.map((weight) => weight / sum);
}

function checkAlike(models: readonly VideoModel[]): void {
  const nested = models.findIndex((model) => model instanceof Ensemble);
  if (nested >= 0) {
    throw new KinetorchError(
      'ERR_INVALID_ARGUMENT',
      `expected every model of an ensemble to be a single one but model ${nested} is an ensemble: give its models instead`,
    );
  }
  const [first, ...others] = models as [VideoModel, ...VideoModel[]];
  for (const [index, other] of others.entries()) {
    if (!isDeepStrictEqual(new Set(other.labels), new Set(first.labels))) {
      throw new KinetorchError(
        'ERR_INVALID_ARGUMENT',
        `expected models of an ensemble to have the same labels but the first has ${listed(first.labels)} and model ${index + 1} has ${listed(other.labels)}`,
      );
    }
    if (other.metadata.task !== first.metadata.task) {
      throw invalidArgument(
        `models[${index + 1}]`,
        `a ${first.metadata.task} model, as the first,`,
        other.metadata.task,
      );
    }
  }
  checkDecodedAlike(models);
}

/** Throws `ERR_INVALID_ARGUMENT` for models whose videos cannot be decoded once for all of them. */
export function checkDecodedAlike(models: readonly Pick<VideoModel, 'input'>[]): void {
  const matrices = models.map(({ input }) => input.untaggedMatrix ?? 'by-height');
  const [first] = matrices;
  const other = matrices.findIndex((matrix) => matrix !== first);
  if (other < 0) return;
  throw invalidArgument(`models[${other}].input.untaggedMatrix`, `'${first}', as the first model's,`, matrices[other]);
}

const listed = (labels: readonly string[]): string =>
  `${labels.slice(0, 10).join(', ')}${labels.length > 10 ? ', …' : ''} (${labels.length})`;
