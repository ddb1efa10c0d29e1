import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { binaryInput, binaryRequest } from '../../support/inference';
import { noiseClip, smallArchive } from '../../support/models';
import { ServingProcess } from '../../support/servingProcess';
import { greyFrames, makeVideos } from '../../support/videos';
import { hostileRequests } from './hostileRequests';
import { Random } from './random';
import { besiege, type SiegePlan, type SiegeReport } from './siege';

/** What a siege of so many requests came to. */
export interface BesiegedServer {
  /** The file of the model `tiny`. */
  model: string;
  start(options?: ConstructorParameters<typeof ServingProcess>[1]): Promise<ServingProcess>;
  besiege(server: ServingProcess, count: number, more?: Partial<SiegePlan>): Promise<SiegeReport>;
}

/** Models and a video in a folder, and how servers of them are started and besieged. */
export async function besiegedServer(folder: string, seed = 1): Promise<BesiegedServer> {
  const models = join(folder, 'models');
  mkdirSync(models);
  const archive = await smallArchive();
  for (const name of ['tiny', 'spare']) await archive.save(join(models, `${name}.pt`));
  const path = join(folder, 'video.mp4');
  const frames = greyFrames(Array.from({ length: 6 }, (_, i) => 66 * i));
  makeVideos([{ path, format: 'mp4', codec: 'libx264', width: 32, height: 32, frames }]);
  const video = readFileSync(path);
  const clip = noiseClip();
  const input = binaryInput('frames', 'UINT8', [4, 40, 56, 3], clip.data.length);
  const [body, headers] = binaryRequest({ inputs: [input], outputs: [{ name: 'logits' }] }, clip.data);
  const logitsOf = async (url: string, signal?: AbortSignal) => {
    const answer = await fetch(`${url}/v2/models/tiny/infer`, { method: 'POST', body, headers, signal });
    if (answer.status !== 200) throw new Error(await answer.text());
    const { outputs } = (await answer.json()) as { outputs: [{ data: number[] }] };
    return outputs[0].data;
  };
  const expected = new WeakMap<ServingProcess, number[]>();
  return {
    model: join(models, 'tiny.pt'),
    async start(options) {
      const limits = ['--max-body-bytes', 2 ** 20, '--max-video-bytes', 2 ** 22, '--receive-timeout-ms', 1500].map(
        String,
      );
      const others = ['--model-control', '--log-level', 'debug', '--grace-ms', '0'];
      const server = new ServingProcess([models, ...limits, ...others], options);
      try {
        await server.ready();
        expected.set(server, await logitsOf(server.url));
      } catch (error) {
        server.kill('SIGKILL');
        throw error;
      }
      return server;
    },
    besiege: (server, count, more = {}) =>
      besiege(server, {
        requests: hostileRequests(count, video, new Random(seed)),
        atOnce: 8,
        patienceMs: 20_000,
        askGood: async (tolerance, signal) => {
          const logits = await logitsOf(server.url, signal);
          const isRight = expected
            .get(server)
            ?.every((value, i) => Math.abs(value - (logits[i] as number)) <= tolerance);
          return isRight ? [] : [`other logits: ${logits}`];
        },
        ...more,
      }),
  };
}
