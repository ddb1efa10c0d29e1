import { KinetorchError } from '../../base/errors';
import { type FetchedWeights, fetchWeights, keptWeights } from '../../model/published/fetchWeights';
import type { SeenData } from './lookAt';
import type { RecipeData } from './types';

/** A network for photographs, which stays as it is. */
export interface FrozenNetwork {
  name: string;
  weights: FetchedWeights;
  options: {
    architecture: string;
    stream: 'difference' | 'rgb';
    pool: 'multi-stage';
    input: { height: number; width: number; resize: [number, number] };
  };
}

/** The better first. */
const networks = ['efficientnet_lite0', 'mobilenet_v2'] as const;
const streams = ['difference', 'rgb'] as const;

/** The whole picture, whatever its shape, at about the size that the networks were trained at. */
const sizes: Record<RecipeData['shape'], [height: number, width: number]> = {
  landscape: [160, 224],
  square: [192, 192],
  portrait: [224, 160],
};

interface Fetching {
  fetchWeights: boolean;
  signal?: AbortSignal;
  onMessage: (message: string) => void;
}

/** What is worth trying on such clips: one network on both streams. None, and why, where there are no weights, or too few groups. */
export async function frozenNetworks(
  seen: SeenData,
  fetching: Fetching,
): Promise<{ networks: FrozenNetwork[]; why: string }> {
  if (seen.trainGroups < 2) {
    return { networks: [], why: 'a head on a frozen network needs training clips of at least two groups' };
  }
  const found = await weightsOf(fetching);
  if (found.weights === null) return { networks: [], why: found.why };
  const { weights } = found;
  const [height, width] = sizes[seen.data.shape];
  const made = streams.map((stream) => ({
    name: `${weights.architecture}-${stream}`,
    weights,
    options: {
      architecture: weights.architecture,
      stream,
      pool: 'multi-stage' as const,
      input: { height, width, resize: [height, width] as [number, number] },
    },
  }));
  return { networks: made, why: '' };
}

async function weightsOf({
  fetchWeights: mayFetch,
  signal,
  onMessage,
}: Fetching): Promise<{ weights: FetchedWeights } | { weights: null; why: string }> {
  for (const name of networks) {
    const weights = await keptWeights(name);
    if (weights) return { weights };
  }
  if (!mayFetch) {
    return {
      weights: null,
      why: `no weights of a network for photographs are in the cache folder: \`fetchWeights\`, or npx kinetorch weights fetch ${networks[0]}, fetches them`,
    };
  }
  const failures: string[] = [];
  for (const name of networks) {
    try {
      return { weights: await fetchWeights(name, { signal, onMessage }) };
    } catch (error) {
      if (!(error instanceof KinetorchError) || error.code !== 'ERR_WEIGHTS') throw error;
      failures.push(error.message);
    }
  }
  return { weights: null, why: failures.join('\n') };
}
