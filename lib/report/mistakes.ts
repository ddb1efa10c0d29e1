import { evenly } from '../base/evenly';
import { framesOf, type RgbFrame } from '../clip/contactSheet';
import type { ClipDataset } from '../dataset/types';
import type { Evaluation, SamplePrediction } from '../evaluation/types';
import { loadViews, viewedDataset } from '../evaluation/viewedSamples';
import type { HeatMaps } from './heatMaps';
import type { Mistake } from './types';

/** How many mistakes are shown, and with how many frames each. */
export interface MistakeOptions {
  /** Default 12. */
  count?: number;
  /** Default 6. */
  frames?: number;
  /** The model that was evaluated, to say where it looked. Default: that is not said. */
  maps?: HeatMaps;
}

/** What a report's pictures are at most, in pixels: they are part of its file. */
const mostHeight = 128;

/**
 * The mistakes of an evaluation that the model was surest of, with frames spread over the middle one of their clips.
 * `dataset` is the one that was evaluated. A sample that cannot be loaded any more comes without frames.
 */
export async function confidentMistakes(
  evaluation: Evaluation,
  dataset: ClipDataset,
  { count = 12, frames = 6, maps }: MistakeOptions = {},
): Promise<Mistake[]> {
  const wrong = evaluation.predictions
    .filter(({ correct }) => !correct)
    .map((prediction) => ({ ...prediction, confidence: confidenceOf(prediction) }))
    .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
    .slice(0, count);
  const mistakes: Mistake[] = [];
  for (const mistake of wrong) {
    const { clips, averageFrames } = evaluation;
    const views = loadViews(viewedDataset(dataset), mistake.index, { clips, averageFrames });
    const [loaded = []] = await views.catch(() => []);
    const clip = loaded[Math.floor((loaded.length - 1) / 2)];
    const seen = clip && maps ? await maps.framesOf(clip, wrongLabel(mistake)) : [];
    mistakes.push({
      ...mistake,
      frames: clip ? framesOf(clip, frames).map(shrink) : [],
      heat: evenly(seen, frames).map(shrink),
    });
  }
  return mistakes;
}

/** Of a class that was wrongly seen its probability, else how improbable the class seemed that was missed. */
function confidenceOf(prediction: SamplePrediction): number {
  return wronglySeen(prediction)?.probability ?? 1 - prediction.probability;
}

const wronglySeen = ({ predicted, labels }: SamplePrediction) => predicted.find(({ label }) => !labels.includes(label));

/** What the mistake is about: the class that was wrongly seen, else one that was missed. */
const wrongLabel = (prediction: SamplePrediction) => wronglySeen(prediction)?.label ?? prediction.labels[0] ?? '';

/** Leaves out rows and columns where a frame is larger than a report needs. */
function shrink(frame: RgbFrame): RgbFrame {
  const factor = Math.ceil(frame.height / mostHeight);
  if (factor === 1) return frame;
  const [height, width] = [Math.floor(frame.height / factor), Math.floor(frame.width / factor)];
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * factor * frame.width + x * factor) * 3;
      data.set(frame.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { data, height, width };
}
