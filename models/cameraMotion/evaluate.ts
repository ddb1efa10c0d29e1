/**
 * Measures `models/camera-motion.pt` and prints JSON: `npm run evaluate:camera-motion`. On held-out generated clips
 * (clear ones, and each unclear kind), and, with `--footage FOLDER`, on moves simulated over real video.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../lib/base/seededRandom';
import type { RgbClip } from '../../lib/clip/types';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { footageClips } from './footageClips';
import { generatedClips, unclearShares } from './generatedClips';
import { cameraMotionLabels } from './labels';
import { photographFolder } from './photographs';
import { loadSceneLibrary, type SceneLibrary } from './sceneLibrary';
import { confidenceOf, type Scored, scoresOf } from './scores';

const { values } = parseArgs({
  options: {
    photographs: { type: 'string', default: photographFolder() },
    model: { type: 'string', default: join(__dirname, '..', '..', 'models', 'camera-motion.pt') },
    footage: { type: 'string' },
    clips: { type: 'string', default: '2000' },
    perLabel: { type: 'string', default: '6' },
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
  const report: Record<string, unknown> = {
    seed,
    heldOut: scoresOf(await scoreAll(model, drawn(library, count, {}, seed))),
  };
  for (const [place, kind] of Object.keys(unclearShares).entries()) {
    const clips = drawn(library, Math.ceil(count / 4), { [kind]: 1 }, seed + 1 + place);
    report[kind] = confidenceOf(await scoreAll(model, clips));
  }
  if (values.footage !== undefined) Object.assign(report, await footageReport(model, values.footage, seed));
  console.log(JSON.stringify(report, null, 2));
}

async function* drawn(library: SceneLibrary, length: number, shares: Record<string, number>, seed: number) {
  const clips = generatedClips(library, { length, shares });
  for (let index = 0; index < length; index++) {
    const random = seededRandom(seed, index);
    yield { label: clips.labelOf(index), clip: await clips.clip(index, { mode: 'evaluate', epoch: 0, random }) };
  }
}

async function footageReport(model: VideoModel, folder: string, seed: number) {
  const perFile = new Map<string, Scored[]>();
  const labelled = async function* () {
    for await (const { file, label, clip } of footageClips({ folder, perLabel: Number(values.perLabel), seed })) {
      yield { file, label: cameraMotionLabels.indexOf(label), clip };
    }
  };
  const all = await scoreAll(model, labelled(), ({ file }, scored) => {
    perFile.set(file, [...(perFile.get(file) ?? []), scored]);
  });
  const files = [...perFile].map(([file, clips]) => [file, scoresOf(clips).accuracy]);
  return { footage: scoresOf(all), footageFiles: Object.fromEntries(files) };
}

interface Labelled {
  label: number;
  clip: RgbClip;
}

async function scoreAll<T extends Labelled>(
  model: VideoModel,
  clips: AsyncIterable<T>,
  each: (clip: T, scored: Scored) => void = () => {},
): Promise<Scored[]> {
  const results: Scored[] = [];
  const pending = new Set<Promise<void>>();
  for await (const one of clips) {
    const job = model.classifyClip(one.clip, { topK: cameraMotionLabels.length }).then(({ predictions }) => {
      const probabilities = new Array<number>(cameraMotionLabels.length).fill(0);
      for (const { index, score } of predictions) probabilities[index] = score;
      const scored = { label: one.label, probabilities };
      results.push(scored);
      each(one, scored);
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
