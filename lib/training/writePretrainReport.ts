import { seededRandom } from '../base/seededRandom';
import { framesOf } from '../clip/contactSheet';
import { type LabelledClip, stackClips } from '../clip/stackClips';
import { sampleName } from '../dataset/clips/sampleName';
import type { ClipDataset, SkippedSample } from '../dataset/types';
import { openModelFile } from '../model/modelFile';
import { callNative, native } from '../native';
import type { ReconstructedClip } from '../report/types';
import { writeReport } from '../report/writeReport';
import { bestEpochOf } from './isBetter';
import type { RunFolder } from './runFolder';
import type { RunPlan } from './runPlan';

const clipsShown = 6;
const framesShown = 6;

/**
 * Writes `report.html`, with what the best model makes of some validation clips, or training clips where there are none.
 * Of a model that learned differences alone nothing is shown: what it gives as pixels was never trained.
 */
export async function writePretrainReport(
  folder: RunFolder,
  plan: RunPlan,
  skipped: readonly SkippedSample[],
): Promise<void> {
  const metrics = await folder.readMetrics();
  const reconstructions = await reconstructionsOf(folder.bestPath, plan);
  const content = { config: plan.config, metrics, bestEpoch: bestEpochOf(metrics), evaluation: null };
  await writeReport({ ...content, mistakes: [], reconstructions, skipped }, folder.reportPath);
}

async function reconstructionsOf(modelPath: string, plan: RunPlan): Promise<ReconstructedClip[]> {
  const { data, start, task, options } = plan;
  const { mask } = task.objective;
  if (mask.target === 'difference') return [];
  const dataset = data.validation ?? data.train;
  const clips = await someClips(dataset, options.seed);
  if (clips.length === 0) return [];
  const { input } = start;
  const file = await openModelFile(modelPath);
  try {
    const batch = stackClips(clips, 0);
    const settings = { input, mask, seed: options.seed };
    const made = await callNative(() => native().reconstructClips(file.native, batch, settings));
    return clips.map(({ name }, place) => {
      const frames = (all: Uint8Array) => {
        const size = all.length / clips.length;
        const clip = { data: all.subarray(place * size, (place + 1) * size), ...input };
        return framesOf(clip, framesShown);
      };
      const { original, seen, reconstructed } = made;
      return { name, original: frames(original), seen: frames(seen), reconstructed: frames(reconstructed) };
    });
  } finally {
    file.native.close();
  }
}

/** The first that can be loaded of some that are spread over the dataset. */
async function someClips(dataset: ClipDataset, seed: number): Promise<LabelledClip[]> {
  const count = Math.min(clipsShown, dataset.length);
  const indices = Array.from({ length: count }, (_, part) => Math.floor(((part + 0.5) * dataset.length) / count));
  const settled = await Promise.allSettled(
    indices.map((index) => dataset.clip(index, { mode: 'evaluate', epoch: 0, random: seededRandom(seed, 0, index) })),
  );
  return settled.flatMap((result, place) => {
    const name = sampleName(dataset, indices[place] as number);
    return result.status === 'fulfilled' ? [{ name, labels: [0], clip: result.value }] : [];
  });
}
