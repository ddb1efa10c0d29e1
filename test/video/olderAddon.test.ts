import { decoderSandbox } from '../../lib/video/decoderSandbox';
import { openVideo } from '../../lib/video/openVideo';
import { VideoWriter } from '../../lib/video/videoWriter';
import { expectError } from '../support/models';
import { realFile } from '../support/videos';

// As it was before decoders were locked in.
jest.mock('../../build/Release/kinetorch_bootstrap.node', () => ({ open() {}, spinsIn: () => 0 }));

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux.each<[string, () => Promise<unknown>]>([
  ['decodes nothing', () => openVideo(realFile('rotated.mp4'))],
  ['writes nothing', () => VideoWriter.open('out.mp4', { width: 16, height: 16, frameRate: 8 })],
  ['says so to doctor, which does not wait', () => decoderSandbox()],
])('an addon of an older build %s, and what is to be done is told', async (_, attempt) => {
  await expectError(attempt, 'ERR_VIDEO_DECODER', /of an older build, which has no lockIn/, /npm run build/);
});
