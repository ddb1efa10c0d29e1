import { KinetorchError } from '../../lib/base/errors';
import { checkCollection } from '../../lib/dataset/collections/checkCollection';
import { openVideo } from '../../lib/video/openVideo';

jest.mock('../../lib/video/openVideo');

test('a file that opens, but whose frames cannot be shown, is not called good', async () => {
  const close = jest.fn(async () => {});
  jest.mocked(openVideo).mockImplementation(async (path) => ({
    info: {
      ...{
        path: String(path),
        container: 'avi',
        codec: 'rawvideo',
        width: 4,
        height: 4,
        rotation: 0,
        sampleAspectRatio: 1,
      },
      ...{ durationSeconds: 1, frameRate: 25 },
    },
    warnings: [],
    async *readClips() {
      yield* [];
      if (path === 'odd.avi') throw new KinetorchError('ERR_VIDEO_DECODE', 'frames of pixel format rgb4 …');
    },
    async *slide() {},
    close,
    [Symbol.asyncDispose]: close,
  }));
  const sample = {
    labels: [0],
    group: null,
    split: null,
    fold: null,
    startSeconds: null,
    endSeconds: null,
    isFrames: false,
  };
  const samples = ['good.avi', 'odd.avi'].map((path) => ({ ...sample, path }));
  const told = { leftOut: [], warnings: [] };
  const collection = { root: '/', format: 'folders', labels: ['a'], multiLabel: false, samples, ...told } as const;
  const report = await checkCollection(collection);
  expect(report.broken).toEqual([{ path: 'odd.avi', reason: expect.stringContaining('pixel format rgb4') }]);
  expect(close).toHaveBeenCalledTimes(2);
});
