import { KinetorchError } from '../base/errors';
import { seededRandom } from '../base/seededRandom';
import type { EmbeddedVideo } from './embedVideos';
import { fitOn, type HeadMeasure, type HeadTask, measure } from './linearHead';

const candidates = [1e-4, 1e-3, 1e-2, 0.1, 1, 10];
const parts = 4;

/** A weight decay, and what a cross-validation gave with it: over all its parts, each held out once. */
export interface TriedDecay extends HeadMeasure {
  weightDecay: number;
}

/** Of {@link bestDecay}, the decay. */
export async function chooseWeightDecay(...videos: Parameters<typeof bestDecay>): Promise<number> {
  return (await bestDecay(...videos)).weightDecay;
}

/**
 * The decay of least loss in a cross-validation over the videos in four parts. What has one key, such as the clips of one
 * speaker, is in one part. Throws `ERR_DATASET` where all have one.
 */
export async function bestDecay(
  videos: readonly EmbeddedVideo[],
  keyOf: (index: number) => string,
  task: HeadTask,
  seed: number,
): Promise<TriedDecay> {
  const keys = new Set(videos.map(({ index }) => keyOf(index)));
  if (keys.size < 2) {
    throw new KinetorchError(
      'ERR_DATASET',
      'expected training clips of at least two groups, to choose a weight decay by a cross-validation, but received ' +
        `${videos.length} of ${keys.size}: give \`weightDecay\``,
    );
  }
  const partOf = assign([...keys], seed);
  const tried = candidates.map((weightDecay) => ({ weightDecay, right: 0, loss: 0 }));
  for (let part = 0; part < parts; part++) {
    const isOut = ({ index }: EmbeddedVideo) => partOf.get(keyOf(index)) === part;
    const [out, kept] = [videos.filter(isOut), videos.filter((video) => !isOut(video))];
    if (out.length === 0 || kept.length === 0) continue;
    for (const each of tried) {
      const { top1, loss } = measure(await fitOn(kept, task, each.weightDecay), out, task.multiLabel);
      each.right += out.length * top1;
      each.loss += out.length * loss;
    }
  }
  const { weightDecay, right, loss } = tried.reduce((best, each) => (each.loss < best.loss ? each : best));
  return { weightDecay, samples: videos.length, top1: right / videos.length, loss: loss / videos.length };
}

/** Keys in a random order, dealt out. */
function assign(keys: readonly string[], seed: number): Map<string, number> {
  const random = seededRandom(seed, 0, 0);
  const order = keys.map((key) => ({ key, place: random() })).sort((a, b) => a.place - b.place);
  return new Map(order.map(({ key }, place) => [key, place % parts]));
}
