import { join } from 'node:path';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, makeVideos, type VideoSpec } from '../support/videos';

const folder = temporaryFolder();
const one = 65536;
/** A quarter turn clockwise, as FFmpeg's display matrix. */
const quarterTurn = [0, one, 0, -one, 0, 0, 0, 0, 2 ** 30];

let made = 0;
/** Opens a video of 64×48 with one grey frame, and reads it. */
async function seen(format: string, spec: Partial<VideoSpec>) {
  const path = join(folder, `${made++}.${format === 'mp4' ? 'mp4' : 'mkv'}`);
  const frames = [{ pts: 0, y: 120, u: 128, v: 128 }];
  makeVideos([{ path, format, codec: 'mpeg4', width: 64, height: 48, frames, ...spec }]);
  await using video = await openVideo(path);
  const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 1, frameRate: 10 }]));
  expect(clip).toMatchObject({ width: video.info.width, height: video.info.height });
  return { info: video.info, warnings: video.warnings.filter((text) => !text.includes('single picture')) };
}

test.each(['mp4', 'matroska'])('what %s crops is cut off, before it is turned', async (format) => {
  // Top, bottom, left, right; QuickTime's clap counts from the centre.
  const cropping = { AV_PKT_DATA_FRAME_CROPPING: [4, 8, 2, 6] };
  expect((await seen(format, { sideData: cropping })).info).toMatchObject({ width: 56, height: 36, rotation: 0 });
  const turned = { ...cropping, AV_PKT_DATA_DISPLAYMATRIX: quarterTurn };
  expect((await seen(format, { sideData: turned })).info).toMatchObject({ width: 36, height: 56, rotation: 90 });
});

test.each(['mp4', 'matroska'])(
  '%s: pixels that are not square stand in the info, and are warned of',
  async (format) => {
    const { info, warnings } = await seen(format, { sampleAspectRatio: [16, 11] });
    expect(info).toMatchObject({ width: 64, height: 48 });
    expect(info.sampleAspectRatio).toBeCloseTo(16 / 11, 2);
    expect(warnings).toEqual([expect.stringMatching(/not square but 1.45\d? times as wide as high.*64×48/)]);
    const square = await seen(format, {});
    expect(square.info.sampleAspectRatio).toBe(1);
    expect(square.warnings).toEqual([]);
  },
);

test('the shape of pixels is that of the upright picture', async () => {
  const { info } = await seen('mp4', {
    sampleAspectRatio: [2, 1],
    sideData: { AV_PKT_DATA_DISPLAYMATRIX: quarterTurn },
  });
  expect(info).toMatchObject({ width: 48, height: 64, sampleAspectRatio: 0.5 });
});
