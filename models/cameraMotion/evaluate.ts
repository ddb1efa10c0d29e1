/**
 * Measures `models/camera-motion.pt` and prints JSON: `npm run evaluate:camera-motion`. On held-out generated clips
 * (clear ones, and each unclear kind), and, with `--footage FOLDER`, on moves simulated over real video whose camera stands still.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { groupBy } from '../../lib/base/groupBy';
import { seededRandom } from '../../lib/base/seededRandom';
import type { RgbClip } from '../../lib/clip/types';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { footageClips } from './footageClips';
import { drawnClip, unclearShares } from './generatedClips';
import { type CameraMotionLabel, cameraMotionLabels } from './labels';
import type { MotionPlan, PlanKind } from './motionPlan';
import { photographFolder } from './photographs';
import { loadSceneLibrary, type SceneLibrary } from './sceneLibrary';
import { accuracyOf, confidenceOf, type Scored, scoresOf } from './scores';
import { transitions } from './transitions';

const { values } = parseArgs({
  options: {
    photographs: { type: 'string', default: photographFolder() },
    model: { type: 'string', default: join(__dirname, '..', '..', 'models', 'camera-motion.pt') },
    footage: { type: 'string' },
    // Of the videos by their names every `of`-th, from `rest` on: `0/2` chose, `1/2` is read in the end.
    part: { type: 'string', default: '1/2' },
    clips: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '2024' },
  },
});

/** Clips on their way at once, so that they share batches. */
const inFlight = 16;

async function main(): Promise<void> {
  const seed = Number(values.seed);
  await using model = await loadModel(values.model);
  const library = await loadSceneLibrary('heldOut', values.photographs);
  const count = Number(values.clips);
  const report: Record<string, unknown> = { seed };
  const clear = await scoreAll(model, drawn(library, count, {}, seed));
  report.heldOut = { ...scoresOf(clear), byPace: accuracies(clear, paceOf) };
  for (const [place, kind] of (Object.keys(unclearShares) as PlanKind[]).entries()) {
    const clips = drawn(library, Math.ceil(count / 4), { [kind]: 1 }, seed + 1 + place);
    report[kind] = confidenceOf(await scoreAll(model, clips));
  }
  report.transitions = await transitions(model, library, 100, seed + 10);
  if (values.footage !== undefined) report.footage = await footageReport(model, values.footage, seed);
  console.log(JSON.stringify(report, null, 2));
}

interface Labelled {
  source: string;
  plan: MotionPlan;
  clip: RgbClip;
}

interface Measured extends Scored {
  source: string;
  pace: number | null;
  /** Mean of all pixels, 0…255. */
  light: number;
}

async function* drawn(library: SceneLibrary, length: number, shares: Record<string, number>, seed: number) {
  for (let index = 0; index < length; index++) {
    const label = cameraMotionLabels[index % cameraMotionLabels.length] as CameraMotionLabel;
    yield { source: 'generated', ...drawnClip(label, shares, library, seededRandom(seed, index)) };
  }
}

async function footageReport(model: VideoModel, folder: string, seed: number) {
  const [rest, of] = values.part.split('/').map(Number) as [number, number];
  const all = await scoreAll(model, footageClips({ folder, part: { rest, of }, seed }));
  return {
    ...scoresOf(all),
    byPace: accuracies(all, paceOf),
    byLight: accuracies(all, ({ light }) => (light < 60 ? 'dark' : light < 120 ? 'middle' : 'bright')),
    bySource: accuracies(all, ({ source }) => source),
  };
}

/** A third each, of the logarithm of speed. */
function paceOf({ pace }: Measured): string {
  if (pace === null) return 'none';
  return pace < 1 / 3 ? 'slow' : pace < 2 / 3 ? 'middle' : 'fast';
}

const accuracies = (clips: readonly Measured[], keyOf: (clip: Measured) => string) =>
  Object.fromEntries([...groupBy(clips, keyOf)].map(([key, group]) => [key, accuracyOf(group)]));

async function scoreAll(model: VideoModel, clips: AsyncIterable<Labelled>): Promise<Measured[]> {
  const results: Measured[] = [];
  const pending = new Set<Promise<void>>();
  for await (const { source, plan, clip } of clips) {
    const job = model.classifyClip(clip, { topK: cameraMotionLabels.length }).then(({ predictions }) => {
      const probabilities = new Array<number>(cameraMotionLabels.length).fill(0);
      for (const { index, score } of predictions) probabilities[index] = score;
      const light = clip.data.reduce((sum, value) => sum + value, 0) / clip.data.length;
      results.push({ source, pace: plan.pace, light, label: cameraMotionLabels.indexOf(plan.label), probabilities });
    });
    pending.add(job);
    job.then(() => pending.delete(job));
    if (pending.size >= inFlight) await Promise.race(pending);
  }
  await Promise.all(pending);
  return results;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
