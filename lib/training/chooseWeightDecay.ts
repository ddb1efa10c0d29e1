import { KinetorchError } from '../base/errors';
import { seededRandom } from '../base/seededRandom';
import type { EmbeddedVideo } from './embedVideos';
import { fitOn, type HeadTask, measure } from './linearHead';

const candidates = [1e-4, 1e-3, 1e-2, 0.1, 1];
const parts = 4;

/**
 * The decay of least loss in a cross-validation over the videos in four parts. What has one key, such as the clips of one
 * speaker, is in one part. Throws `ERR_DATASET` where all have one.
 */
export async function chooseWeightDecay(
  videos: readonly EmbeddedVideo[],
  keyOf: (index: number) => string,
  task: HeadTask,
  seed: number,
): Promise<number> {
  const keys = new Set(videos.map(({ index }) => keyOf(index)));
  if (keys.size < 2) {
    throw new KinetorchError(
      'ERR_DATASET',
      'expected training clips of at least two groups, to choose a weight decay by a cross-validation, but received ' +
        `${videos.length} of ${keys.size}: give \`weightDecay\``,
    );
  }
  const partOf = assign([...keys], seed);
  const losses = candidates.map(() => 0);
  for (let part = 0; part < parts; part++) {
    const isOut = ({ index }: EmbeddedVideo) => partOf.get(keyOf(index)) === part;
    const [out, kept] = [videos.filter(isOut), videos.filter((video) => !isOut(video))];
    if (out.length === 0 || kept.length === 0) continue;
    for (const [candidate, decay] of candidates.entries()) {
      const head = await fitOn(kept, task, decay);
      losses[candidate] = (losses[candidate] ?? 0) + out.length * measure(head, out, task.multiLabel).loss;
    }
  }
  return candidates[losses.indexOf(Math.min(...losses))] as number;
}

/** Keys in a random order, dealt out. */
function assign(keys: readonly string[], seed: number): Map<string, number> {
  const random = seededRandom(seed, 0, 0);
  const order = keys.map((key) => ({ key, place: random() })).sort((a, b) => a.place - b.place);
  return new Map(order.map(({ key }, place) => [key, place % parts]));
}
