import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBelow, seededRandom } from '../../lib/base/seededRandom';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, makeVideos, shownAt, shownNumbers, type VideoSpec } from '../support/videos';

/**
 * Videos whose frames show their numbers, over container × codec × rate × B-frames × groups × offset × sound: at any instant,
 * wherever it is sought, the frame that decoding in order shows then. `KINETORCH_TEST_VIDEOS=1000` draws so many.
 */
const count = Number(process.env.KINETORCH_TEST_VIDEOS ?? 20);

const folder = temporaryFolder();
const size = { width: 64, height: 64 };

const x264 = { codec: 'libx264', options: { crf: '10', preset: 'ultrafast', bf: '0' }, most: 3 };
const mpeg4 = { codec: 'mpeg4', options: { qmin: '2', qmax: '2' }, most: 2 };
const mpeg2 = { codec: 'mpeg2video', options: { qmin: '2', qmax: '2' }, most: 2 };
const vp8 = { codec: 'libvpx', options: { b: '1000000', deadline: 'realtime' }, most: 0 };
const vp9 = { codec: 'libvpx-vp9', options: { b: '1000000', deadline: 'realtime', 'cpu-used': '8' }, most: 0 };
const x265 = {
  codec: 'libx265',
  options: { crf: '10', preset: 'ultrafast', 'x265-params': 'log-level=none' },
  most: 3,
};
const mjpeg = { codec: 'mjpeg', pixelFormat: 'yuvj420p', options: { qmin: '2', qmax: '2' }, most: 0 };
const ffv1 = { codec: 'ffv1', options: {}, most: 0 };
const theora = { codec: 'libtheora', options: { b: '2000000' }, most: 0 };
const sorenson = { codec: 'flv', options: { qmin: '2', qmax: '2' }, most: 0 };
const wmv = { codec: 'wmv2', options: { qmin: '2', qmax: '2' }, most: 0 };
const gif = { codec: 'gif', pixelFormat: 'gray', options: {}, most: 0 };

/** Containers: what goes into each, and whether it can say when each picture is shown. */
const containers = [
  { format: 'mp4', codecs: [x264, mpeg4, x265], isStamped: true },
  { format: 'mov', codecs: [x264, mjpeg], isStamped: true, sound: true },
  { format: 'matroska', codecs: [x264, mpeg4, ffv1, vp9, x265], isStamped: true, sound: true },
  { format: 'webm', codecs: [vp8, vp9], isStamped: true },
  { format: 'avi', codecs: [x264, mpeg4, mjpeg, ffv1], isStamped: false, sound: true },
  { format: 'mpegts', codecs: [x264, mpeg2, x265, mpeg4], isStamped: true },
  { format: 'mpeg', codecs: [mpeg2], isStamped: false },
  { format: 'flv', codecs: [x264, sorenson], isStamped: true },
  { format: 'ogg', codecs: [theora], isStamped: false },
  { format: 'asf', codecs: [wmv, mpeg4], isStamped: false },
  { format: 'gif', codecs: [gif], isStamped: false },
];
const rates: [number, number][] = [
  [25, 1],
  [30, 1],
  [30000, 1001],
  [24000, 1001],
  [50, 1],
  [60000, 1001],
];
const videoRates = rates.filter(([num, den]) => num / den > 23);

interface Drawn {
  name: string;
  spec: VideoSpec;
  /** Seconds at which each frame appears. */
  times: number[];
  end: number;
}

/** The video of a number: the containers in turn, all else by chance. */
function draw(index: number): Drawn {
  const random = seededRandom(15, index);
  const pick = <T>(items: readonly T[]): T => items[randomBelow(random, items.length)] as T;
  const container = containers[index % containers.length] as (typeof containers)[number];
  const { most, ...codec } = pick(container.codecs);
  const [num, den] = container.format === 'gif' ? ([25, 1] as const) : pick(videoRates);
  const frames = 20 + randomBelow(random, 100);
  const bFrames = randomBelow(random, most + 1);
  const gop = pick([1, 6, 12, 50, 250]);
  const options: Record<string, string> = { ...codec.options };
  if (options.bf !== undefined) options.bf = String(bFrames);
  if (codec.codec === 'libx264' && pick([true, false]))
    options['x264-params'] = pick(['open-gop=1', 'intra-refresh=1']);
  if (codec.codec === 'libx265') options['x265-params'] += `:bframes=${bFrames}:${pick(['open-gop=1', 'open-gop=0'])}`;
  // Pauses, of whole frames: a camera that dropped some, a screen where nothing moved.
  const hasPauses = container.isStamped && pick([true, false]);
  const places = [0];
  while (places.length < frames) {
    places.push((places.at(-1) as number) + (hasPauses && random() < 0.1 ? 2 + randomBelow(random, 40) : 1));
  }
  const offset = container.isStamped ? pick([0, 0, 1, 7, 40]) : 0;
  const sound = container.sound && pick([true, false]) ? 6 : undefined;
  const name = `${index}.${container.format}`;
  const spec = {
    path: join(folder, name),
    format: container.format,
    ...codec,
    options,
    ...size,
    gop,
    bFrames,
    sound,
    rate: [num, den] as const,
    timeBase: [den, num] as [number, number],
    frames: places.map((place, number) => ({ pts: place + offset, number })),
  };
  const times = places.map((place) => (place * den) / num);
  return { name, spec, times, end: (times.at(-1) as number) + den / num };
}

const describeDrawn = ({ spec: { codec, rate, gop, bFrames, options, frames, sound } }: Drawn) =>
  JSON.stringify({ codec, rate, gop, bFrames, options, frames: frames.length, first: frames[0]?.pts, sound });

/** Instants on frames, between them and beyond both ends, forwards and backwards. */
function drawWindows({ times, end, spec }: Drawn, index: number) {
  const random = seededRandom(16, index);
  const [num, den] = spec.rate as [number, number];
  return Array.from({ length: 12 }, () => {
    const near = times[randomBelow(random, times.length)] as number;
    const startSeconds = [near, near + (0.3 * den) / num, near - 0.1, end * 1.2 * random()][
      randomBelow(random, 4)
    ] as number;
    const frameRate = [num / den, num / den / 2, 7, 100][randomBelow(random, 4)] as number;
    return { startSeconds, frames: 1 + randomBelow(random, 8), frameRate };
  });
}

const shownIn = (times: number[], { startSeconds, frames, frameRate }: ReturnType<typeof drawWindows>[number]) =>
  Array.from({ length: frames }, (_, k) => shownAt(times, startSeconds + k / frameRate));

const batch = 20;
for (let from = 0; from < count; from += batch) {
  const all = Array.from({ length: Math.min(batch, count - from) }, (_, i) => draw(from + i));

  describe(`videos from ${from}`, () => {
    beforeAll(() => makeVideos(all.map(({ spec }) => spec)));
    afterAll(() => {
      for (const { spec } of all) rmSync(spec.path, { force: true });
    });

    test.each(all)('$name', async (drawn) => {
      const what = describeDrawn(drawn);
      await using video = await openVideo(drawn.spec.path);
      const windows = drawWindows(drawn, Number.parseInt(drawn.name, 10));
      const clips = await collect(video.readClips(windows));
      const found = clips.map((clip, i) => ({ ...windows[i], shown: shownNumbers(clip) }));
      const expected = windows.map((window) => ({ ...window, shown: shownIn(drawn.times, window) }));
      expect({ what, found }).toEqual({ what, found: expected });
      const { rate } = drawn.spec;
      const frameRate = (rate?.[0] as number) / (rate?.[1] as number);
      const whole = await collect(video.slide({ frames: 10, frameRate, strideSeconds: 10 / frameRate }));
      // Each shows a frame that those before it did not, and is half full at least.
      const steps = Math.round(drawn.end * frameRate);
      expect({ what, windows: whole.length }).toEqual({ what, windows: Math.max(1, Math.floor((steps + 5) / 10)) });
      const inOrder = Array.from({ length: whole.length * 10 }, (_, k) => shownAt(drawn.times, k / frameRate));
      expect({ what, found: whole.flatMap(shownNumbers) }).toEqual({ what, found: inOrder });
      const { durationSeconds, frameRate: average } = video.info;
      expect({ what, durationSeconds }).toEqual({ what, durationSeconds: expect.closeTo(drawn.end, 2) });
      expect({ what, average }).toEqual({ what, average: expect.closeTo(drawn.times.length / drawn.end, 0) });
      expect({ what, warnings: video.warnings }).toEqual({ what, warnings: [] });
    });
  });
}
