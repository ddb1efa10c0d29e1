/**
 * That videos.test.ts would find a foreign file in an answer: the same videos, and a decoder without its lock and its
 * whitelists.
 */
import { join } from 'node:path';
import { childProgram } from '../../../lib/base/childProgram';
import { temporaryFolder } from '../../support/temporaryFolder';
import { post, videoServers } from '../../support/videoServer';
import { judgeVideoAnswer } from './judgeVideoAnswer';
import { referringVideos } from './referringVideos';
import { secret, videoSamples } from './videoSamples';

jest.mock('../../../lib/base/childProgram', () => {
  const real = jest.requireActual('../../../lib/base/childProgram');
  return { childProgram: jest.fn(real.childProgram) };
});

jest.mock('../../../lib/sandbox/findSandbox', () => ({ findSandbox: () => ({ binding: null, problem: 'a test' }) }));

const folder = temporaryFolder();
const { start } = videoServers();

test('lists that lead to other files show them where nothing holds the decoder', async () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const guarded = childProgram('video/decoderProcess.js');
  jest.mocked(childProgram).mockReturnValue({ ...guarded, args: [join(__dirname, 'unguardedDecoder.cjs')] });
  const url = await start();
  const { sound, canaries } = videoSamples(folder);
  const found: string[] = [];
  for (const [name, video] of Object.entries(referringVideos(sound[0], sound[1], canaries))) {
    const answer = await post(`${url}/v1/videos:classify`, video);
    const [fault] = judgeVideoAnswer(answer.status, await answer.text(), secret);
    if (fault?.startsWith('a foreign video came back')) found.push(name);
  }
  // FFmpeg by itself takes HLS for such by its name alone, which an upload has not.
  expect(found).toEqual(expect.arrayContaining(['ffconcat, a path', 'ffconcat, a pipe of texts']));
});
