import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withCancellation } from '../../lib/base/abort';
import { KinetorchError } from '../../lib/base/errors';
import type { Clip, CropPosition } from '../../lib/clip/types';
import { classifyStream } from '../../lib/model/classifyStream';
import { classifyVideo } from '../../lib/model/classifyVideo';
import type { ClipClassifier } from '../../lib/model/clipClassifier';
import type { ModelInput } from '../../lib/model/types';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, makeVideos, realFile } from '../support/videos';

const folder = temporaryFolder();
const fade = join(folder, 'fade.mkv');

// Ten seconds that go from black to white, as full-range grey: the grey tells the time.
beforeAll(() => {
  const frames = Array.from({ length: 250 }, (_, i) => ({ pts: i * 40, y: i, u: 128, v: 128 }));
  makeVideos([{ path: fade, format: 'matroska', codec: 'ffv1', width: 48, height: 32, colorRange: 2, frames }]);
});

/** Says how light a clip is, and where it was cropped: [dark, light, left, right]. Counts its calls. */
class LightClassifier implements ClipClassifier {
  readonly labels = ['dark', 'light', 'left', 'right'];
  readonly inputs: ModelInput[] = [
    {
      frames: 10,
      height: 16,
      width: 16,
      frameRate: 10,
      resize: [16, 24],
      antialias: false,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
  ];
  readonly crops: CropPosition[] = [];
  /** The first bytes of each clip, and its size. */
  readonly seen: string[] = [];
  calls = 0;
  running = 0;
  mostRunning = 0;

  constructor(private readonly milliseconds = 2) {}

  async probabilities(
    clip: Clip,
    { crop, signal }: { crop: CropPosition; signal?: AbortSignal },
  ): Promise<Float32Array> {
    this.calls++;
    this.crops.push(crop);
    this.seen.push(`${clip.height}×${clip.width}: ${clip.data.subarray(0, 3).join()}`);
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    try {
      // As a model waits: with one listener on the signal, however many clips are in flight.
      const { milliseconds } = this;
      await withCancellation(
        { signal },
        () => delay(milliseconds),
        () => {},
      );
    } finally {
      this.running--;
    }
    let sum = 0;
    for (const value of clip.data) sum += value;
    const light = sum / clip.data.length / 255;
    return Float32Array.from([(1 - light) / 2, light / 2, (1 - crop.x) / 2, crop.x / 2]);
  }
}

const seeing = (classifier: LightClassifier, input: Partial<ModelInput>) =>
  Object.assign(classifier, { inputs: classifier.inputs.map((own) => ({ ...own, ...input })) });

/** The grey of `fade` averaged over the instants of a window, 0…1. */
function lightAt(start: number, frames = 10, frameRate = 10): number {
  const frame = (i: number) => Math.min(249, Math.floor((start + i / frameRate) * 25 + 1e-6));
  return Array.from({ length: frames }, (_, i) => frame(i) / 255).reduce((a, b) => a + b) / frames;
}

describe('classifyVideo', () => {
  test('has frames decoded as the input says: in its size, and with its matrix where the video names none', async () => {
    const path = join(folder, 'untagged.mkv');
    const frames = [{ pts: 0, y: 120, u: 90, v: 200 }];
    makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 64, height: 720, colorRange: 2, frames }]);
    const seen = async (input: Partial<ModelInput>) => {
      const classifier = new LightClassifier();
      await classifyVideo(seeing(classifier, input), path, { topK: 1 });
      return classifier.seen[0];
    };
    // R = Y + 1.5748 Cr, G = Y - 0.1873 Cb - 0.4681 Cr, B = Y + 1.8556 Cb; and with BT.601's factors.
    expect(await seen({})).toBe('16×24: 233,93,49');
    expect(await seen({ untaggedMatrix: 'bt601' })).toBe('16×24: 220,81,52');
    expect(await seen({ resize: [500, 48] })).toBe('720×64: 233,93,49');
  });

  test('by segment sees the whole video in every clip, at other instants each', async () => {
    const classifier = new LightClassifier();
    const segmented = seeing(classifier, { sampling: 'segment' });
    const { segments } = await classifyVideo(segmented, fade, { clips: 2, topK: 4 });
    const light = (index: number) =>
      (segments[index]?.predictions.find(({ label }) => label === 'light')?.score as number) * 2;
    expect(segments.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
      [0.25, 10],
      [0.75, 10],
    ]);
    expect(light(0)).toBeCloseTo(lightAt(0.25, 10, 1), 2);
    expect(light(1)).toBeCloseTo(lightAt(0.75, 10, 1), 2);
  });

  test('averages clips spread evenly over the video', async () => {
    const progress: string[] = [];
    const classifier = new LightClassifier();
    const result = await classifyVideo(classifier, fade, {
      clips: 4,
      topK: 4,
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    });
    expect(result.segments.map(({ startSeconds }) => startSeconds)).toEqual([0, 3, 6, 9]);
    expect(result.segments.map(({ endSeconds }) => endSeconds)).toEqual([1, 4, 7, 10]);
    const scoreOf = (predictions: typeof result.predictions, label: string) =>
      predictions.find((prediction) => prediction.label === label)?.score as number;
    for (const segment of result.segments) {
      expect(scoreOf(segment.predictions, 'light')).toBeCloseTo(lightAt(segment.startSeconds) / 2, 2);
    }
    const overall = [0, 3, 6, 9].reduce((sum, start) => sum + lightAt(start) / 2, 0) / 4;
    expect(scoreOf(result.predictions, 'light')).toBeCloseTo(overall, 2);
    const scores = result.predictions.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(result.predictions.every(({ index, label }) => classifier.labels[index] === label)).toBe(true);
    expect(result.video).toMatchObject({ path: fade, width: 48, height: 32 });
    expect(result.warnings).toEqual([]);
    expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect(classifier.crops).toEqual(Array(4).fill({ x: 0.5, y: 0.5 }));
  });

  test('a clip counts as done when it is, though one before it is not', async () => {
    const progress: string[] = [];
    let release = (_: unknown) => {};
    const first = new Promise((resolve) => {
      release = resolve;
    });
    class Unordered extends LightClassifier {
      override async probabilities(...args: Parameters<LightClassifier['probabilities']>) {
        const isFirst = this.calls === 0;
        const result = await super.probabilities(...args);
        if (isFirst)
          await withCancellation(
            args[1],
            () => first,
            () => {},
          );
        return result;
      }
    }
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      progress.push(`${done}/${total}`);
      if (done === 3) release(null);
    };
    // Where the first is waited for, the call ends with ERR_TIMEOUT.
    const { segments } = await classifyVideo(new Unordered(), fade, { clips: 4, onProgress, timeoutMs: 20_000 });
    expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect(segments.map(({ startSeconds }) => startSeconds)).toEqual([0, 3, 6, 9]);
  });

  test('three crops lie along the longer side, and several clips are in flight', async () => {
    const classifier = new LightClassifier(30);
    const { segments } = await classifyVideo(classifier, fade, { clips: 6, crops: 3, topK: 1 });
    expect(segments.length).toBe(6);
    expect(segments.every(({ predictions }) => predictions.length === 1)).toBe(true);
    expect(new Set(classifier.crops.map(({ x, y }) => `${x},${y}`))).toEqual(new Set(['0,0.5', '0.5,0.5', '1,0.5']));
    expect(classifier.calls).toBe(18);
    expect(classifier.mostRunning).toBeGreaterThan(3);
    expect(classifier.mostRunning).toBeLessThanOrEqual(12);
    const upright = new LightClassifier();
    await classifyVideo(upright, realFile('rotated.mp4'), { clips: 1, crops: 3 });
    expect(upright.crops).toEqual([0, 0.5, 1].map((y) => ({ x: 0.5, y })));
  });

  test('a short or damaged video gives fewer clips and its warnings', async () => {
    expect((await classifyVideo(new LightClassifier(), realFile('vp8.webm'))).segments.length).toBe(1);
    const { warnings, segments } = await classifyVideo(new LightClassifier(), realFile('truncated.avi'));
    expect(segments.length).toBe(10);
    expect(warnings.join()).toMatch(/cut short/);
  });

  test.each([
    [{ clips: 0 }, 'clips'],
    [{ crops: 2 as 3 }, 'crops'],
    [{ topK: 5 }, 'topK'],
    [{ onProgress: 1 as never }, 'onProgress'],
    [{ colour: 1 } as never, 'colour'],
  ])('options %p are refused', async (options, name) => {
    const error = await failureOf(classifyVideo(new LightClassifier(), fade, options));
    expect(error.code).toBe('ERR_INVALID_ARGUMENT');
    expect(error.message).toContain(name);
  });

  test('abort before and during, and the time limit', async () => {
    const before = classifyVideo(new LightClassifier(), fade, { signal: AbortSignal.abort() });
    expect((await failureOf(before)).code).toBe('ERR_ABORTED');
    for (const wait of [1, 20, 200]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), wait);
      const during = classifyVideo(new LightClassifier(300), fade, { clips: 50, signal: controller.signal });
      expect((await failureOf(during)).code).toBe('ERR_ABORTED');
    }
    const late = await failureOf(classifyVideo(new LightClassifier(300), fade, { clips: 50, timeoutMs: 100 }));
    expect(late.code).toBe('ERR_TIMEOUT');
    expect(late.message).toContain('100 ms');
  });

  test('a failing model ends the call with its own error and drops the rest', async () => {
    const classifier = new LightClassifier(20);
    const fails: ClipClassifier = {
      labels: classifier.labels,
      inputs: classifier.inputs,
      probabilities: async (clip, options) => {
        if (classifier.calls === 3) throw new KinetorchError('ERR_DISPOSED', 'gone');
        return classifier.probabilities(clip, options);
      },
    };
    expect((await failureOf(classifyVideo(fails, fade, { clips: 50 }))).code).toBe('ERR_DISPOSED');
    await delay(50);
    expect(classifier.running).toBe(0);
  });

  test('more calls than decoders all finish', async () => {
    const names = Array.from({ length: 10 }, () => fade);
    const results = await Promise.all(names.map((path) => classifyVideo(new LightClassifier(), path, { clips: 2 })));
    expect(results.map(({ segments }) => segments.length)).toEqual(names.map(() => 2));
    const controllers = names.map(() => new AbortController());
    const calls = names.map((path, i) =>
      classifyVideo(new LightClassifier(), path, { signal: controllers[i]?.signal }),
    );
    controllers.slice(1).forEach((controller) => {
      controller.abort();
    });
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', ...Array(9).fill('rejected')]);
    expect((await classifyVideo(new LightClassifier(), fade, { clips: 1 })).segments.length).toBe(1);
  });

  test('a file that is no video gives the video error', async () => {
    const error = await failureOf(classifyVideo(new LightClassifier(), realFile('corrupt.mkv')));
    expect(error.code).toBe('ERR_VIDEO_OPEN');
  });
});

describe('classifyStream', () => {
  test('by default: windows of the model, end to end', async () => {
    const segments = await collect(classifyStream(new LightClassifier(), fade));
    expect(segments.map(({ startSeconds }) => startSeconds)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    segments.forEach(({ startSeconds, endSeconds, predictions }) => {
      expect(endSeconds).toBeCloseTo(startSeconds + 1, 6);
      const light = predictions.find(({ label }) => label === 'light')?.score;
      expect(light).toBeCloseTo(lightAt(startSeconds) / 2, 2);
    });
  });

  test('a window spreads the model’s frames over its length', async () => {
    const segments = await collect(
      classifyStream(new LightClassifier(), fade, { windowSeconds: 4, strideSeconds: 1.5 }),
    );
    expect(segments.map(({ startSeconds }) => startSeconds)).toEqual([0, 1.5, 3, 4.5, 6, 7.5]);
    for (const { startSeconds, predictions } of segments) {
      const light = predictions.find(({ label }) => label === 'light')?.score;
      expect(light).toBeCloseTo(lightAt(startSeconds, 10, 2.5) / 2, 2);
    }
  });

  test('stops when the consumer leaves', async () => {
    const classifier = new LightClassifier(5);
    for await (const segment of classifyStream(classifier, fade, { windowSeconds: 0.4, strideSeconds: 0.05 })) {
      expect(segment.startSeconds).toBe(0);
      break;
    }
    const calls = classifier.calls;
    expect(calls).toBeLessThanOrEqual(6);
    await delay(100);
    expect(classifier.calls).toBe(calls);
    expect(classifier.running).toBe(0);
  });

  test('tells each warning once; without onWarning none', async () => {
    const warnings: string[] = [];
    const options = { onWarning: (warning: string) => warnings.push(warning), strideSeconds: 3 };
    const segments = await collect(classifyStream(new LightClassifier(), realFile('truncated.avi'), options));
    expect(warnings).toEqual([expect.stringMatching(/cut short/)]);
    const quiet = await collect(classifyStream(new LightClassifier(), realFile('truncated.avi'), { strideSeconds: 3 }));
    expect(quiet).toEqual(segments);
    warnings.length = 0;
    await collect(classifyStream(new LightClassifier(), fade, options));
    expect(warnings).toEqual([]);
  });

  test('warns of damage that is met on the way', async () => {
    const path = join(folder, 'damaged.avi');
    const bytes = readFileSync(realFile('archery.avi'));
    for (let i = Math.floor(bytes.length * 0.4); i < bytes.length * 0.6; i += 3) bytes[i] = (i * 31) & 255;
    writeFileSync(path, bytes);
    const known = (await classifyVideo(new LightClassifier(), path)).warnings;
    const warnings: string[] = [];
    const onWarning = (warning: string) => warnings.push(warning);
    expect((await collect(classifyStream(new LightClassifier(), path, { onWarning }))).length).toBeGreaterThan(1);
    expect(warnings.join()).toMatch(/parts of the video are damaged/);
    expect(new Set(warnings)).toEqual(new Set(known));
    expect(warnings.length).toBe(known.length);
  });

  test('abort and time limit in the middle', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const aborted = failureOf(
      (async () => {
        for await (const { startSeconds } of classifyStream(new LightClassifier(), fade, {
          signal: controller.signal,
        })) {
          seen.push(startSeconds);
          if (seen.length === 2) controller.abort();
        }
      })(),
    );
    expect((await aborted).code).toBe('ERR_ABORTED');
    expect(seen).toEqual([0, 1]);
    const late = failureOf(collect(classifyStream(new LightClassifier(100), fade, { timeoutMs: 150 })));
    expect((await late).code).toBe('ERR_TIMEOUT');
  });

  test.each([
    [{ windowSeconds: 0 }, 'windowSeconds'],
    [{ strideSeconds: Number.NaN }, 'strideSeconds'],
    [{ onWarning: true as never }, 'onWarning'],
  ])('options %p are refused', async (options, name) => {
    const error = await failureOf(collect(classifyStream(new LightClassifier(), fade, options)));
    expect(error.code).toBe('ERR_INVALID_ARGUMENT');
    expect(error.message).toContain(name);
  });
});
