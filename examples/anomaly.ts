/**
 * Learns to give back what a camera usually shows, finds the score that usual frames hardly ever exceed, and then says when
 * in a video something else was there. Here the first seconds of the sample video are what is usual.
 *
 *   npx tsx examples/anomaly.ts [video] [seconds that are usual]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitAnomalyThreshold, loadModel, openVideo, pretrain, type RgbClip } from 'kinetorch';

const path = process.argv[2] ?? join(__dirname, 'media', 'camera-moves.mp4');
const usualSeconds = Number(process.argv[3] ?? 2);

const [frames, frameRate, height, width] = [8, 15, 48, 64];
const input = { frames, frameRate, height, width, resize: [height, width] as [number, number] };

/** Clips of the video's beginning, in memory. */
async function usualClips(): Promise<RgbClip[]> {
  await using video = await openVideo(path);
  const clips: RgbClip[] = [];
  for await (const clip of video.slide({ frames, frameRate, strideSeconds: 1 / frameRate })) {
    if (clip.endSeconds > usualSeconds) break;
    clips.push(clip);
  }
  return clips;
}

async function main() {
  const clips = await usualClips();
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-'));
  try {
    const train = { length: clips.length, clip: async (index: number) => clips[index] as RgbClip };
    const { modelPath } = await pretrain({
      architecture: 'r2plus1d_dw',
      // All that it sees is to come back: with parts hidden it would learn to guess, and guess anomalies too.
      objective: 'plain',
      data: { train },
      outDir: join(folder, 'pre'),
      epochs: 20,
      learningRate: 0.002,
      batchSize: 4,
      threads: 1,
      augment: { horizontalFlip: 0 },
      input,
    });

    // On a camera: days of video that were not trained on, and a rate of 0.001 or less.
    const fitted = await fitAnomalyThreshold(modelPath, [path], { falseAlarmRate: 0.2 });
    await using model = await loadModel(fitted);
    const { scores, threshold, segments } = await model.anomalyScore(path);

    for (let second = 0; second * frameRate < scores.length; second++) {
      const ofSecond = scores.slice(second * frameRate, (second + 1) * frameRate);
      console.log(`${second} s  ${Math.max(...ofSecond).toFixed(4)}`);
    }
    for (const { startSeconds, endSeconds } of segments) {
      console.log(`above ${threshold?.toFixed(4)} from ${startSeconds.toFixed(1)} to ${endSeconds.toFixed(1)} s`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();
