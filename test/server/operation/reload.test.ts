import { copyFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { VideoModel } from '../../../lib/model/videoModel';
import type { VideoServer } from '../../../lib/server/videoServer';
import { noiseClip, smallArchive } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { call, inferCall, labelsOf, startServer } from './support';

const folder = temporaryFolder();
const models = join(folder, 'models');
const [red, blue] = [join(folder, 'red.pt'), join(folder, 'blue.pt')];
const clip = noiseClip();
const two = Buffer.concat([clip.data, noiseClip({ seed: 2 }).data]);
const ask = inferCall(two, [2, 4, 40, 56, 3]);
const names = (color: string, count: number) => Array.from({ length: count }, (_, index) => `${color} ${index}`);

let server: VideoServer;
let url: string;

/** In one step, as whoever deploys does. */
function deploy(file: string, name = 'moves'): void {
  const temporary = join(folder, 'temporary.pt');
  copyFileSync(file, temporary);
  renameSync(temporary, join(models, `${name}.pt`));
}

const index = async () => JSON.parse((await call(`${url}/v2/repository/index`, { method: 'POST' })).text);
const colorsOf = (labels: string[]) => new Set(labels.map((label) => label.split(' ')[0]));
const colors = async (name = 'moves') => colorsOf(labelsOf(await call(`${url}/v2/models/${name}/infer`, ask)));

beforeAll(async () => {
  mkdirSync(models);
  await (await smallArchive({ labels: names('red', 6) })).save(red);
  await (await smallArchive({ labels: names('blue', 9), seed: 4 })).save(blue);
  deploy(red);
  ({ server, url } = await startServer({ modelFolder: models, modelControl: true }));
});
afterAll(() => server.close());

it('loads what has changed and is new, keeps what has not, and unloads what is gone', async () => {
  expect(await colors()).toEqual(new Set(['red']));
  expect(await server.reload()).toEqual([{ name: 'moves', outcome: 'kept' }]);
  deploy(blue);
  deploy(red, 'other');
  expect(await server.reload()).toEqual([
    { name: 'moves', outcome: 'loaded' },
    { name: 'other', outcome: 'loaded' },
  ]);
  expect(await colors()).toEqual(new Set(['blue']));
  expect(await colors('other')).toEqual(new Set(['red']));
  rmSync(join(models, 'other.pt'));
  expect(await server.reload()).toEqual([
    { name: 'moves', outcome: 'kept' },
    { name: 'other', outcome: 'unloaded' },
  ]);
  expect((await call(`${url}/v2/models/other/infer`, ask)).status).toBe(404);
});

it('leaves the one before at work where another cannot be loaded, and says why', async () => {
  deploy(red);
  await server.reload();
  writeFileSync(join(models, 'moves.pt'), 'no model at all');
  writeFileSync(join(models, 'broken.pt'), 'no model either');
  const changes = await server.reload();
  expect(changes.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['broken', 'failed'],
    ['moves', 'failed'],
  ]);
  expect(await colors()).toEqual(new Set(['red']));
  expect(await index()).toEqual([
    { name: 'moves', version: '1', state: 'READY', reason: expect.stringMatching(/TorchScript|archive|zip/i) },
    { name: 'broken', state: 'UNAVAILABLE', reason: expect.stringMatching(/TorchScript|archive|zip/i) },
  ]);
  // One that never was there does not take those from their callers that are.
  expect((await call(`${url}/v2/health/ready`)).status).toBe(200);
  rmSync(join(models, 'broken.pt'));
  deploy(red);
  await server.reload();
  expect(await index()).toEqual([{ name: 'moves', version: '1', state: 'READY', reason: '' }]);
});

it('answers 8 clients while it is reloaded, each wholly by one model', async () => {
  const reloads = Number(process.env.KINETORCH_RELOADS ?? 6);
  let isOver = false;
  const seen = { red: 0, blue: 0 };
  const client = async () => {
    const agent = new Agent({ keepAlive: true });
    while (!isOver) {
      const answer = await call(`${url}/v2/models/moves/infer`, { ...ask, agent });
      expect(answer.status).toBe(200);
      const [color, ...others] = colorsOf(labelsOf(answer));
      expect(others).toEqual([]);
      seen[color as 'red' | 'blue']++;
    }
    agent.destroy();
  };
  const clients = Array.from({ length: 8 }, client);
  for (let i = 0; i < reloads; i++) {
    deploy(i % 2 === 0 ? blue : red);
    expect(await server.reload()).toEqual([{ name: 'moves', outcome: 'loaded' }]);
  }
  isOver = true;
  await Promise.all(clients);
  expect(seen.red).toBeGreaterThan(0);
  expect(seen.blue).toBeGreaterThan(0);
});

describe('memory', () => {
  const rounds = Number(process.env.KINETORCH_LOADS ?? 4);
  let modelBytes = 0;

  const control = async (what: string) => {
    const { status, text } = await call(`${url}/v2/repository/models/large/${what}`, { method: 'POST' });
    expect({ status, text }).toMatchObject({ status: 200 });
  };
  /** Loaded, used, and unloaded again; gives what this process then has in memory. */
  const round = async () => {
    await control('load');
    expect((await call(`${url}/v2/models/large/infer`, ask)).status).toBe(200);
    await control('unload');
    expect((await call(`${url}/v2/models/large/infer`, ask)).status).toBe(503);
    return process.memoryUsage.rss();
  };
  /** After so many rounds, the least of the last three: what is freed a moment later is no leak. */
  const after = async (count: number) => {
    const seen: number[] = [];
    for (let i = 0; i < count; i++) seen.push(await round());
    return Math.min(...seen.slice(-3));
  };

  beforeAll(async () => {
    const file = join(folder, 'large.pt');
    await (await smallArchive({ labels: undefined, numClasses: 100_000 })).save(file);
    modelBytes = statSync(file).size;
    deploy(file, 'large');
    // Allocators keep what the first rounds ask for.
    await after(4);
  });

  it('is as much after many loads and unloads as before', async () => {
    const before = await after(3);
    expect((await after(rounds)) - before).toBeLessThan(modelBytes / 2);
  }, 1_200_000);

  it('would show one model of those that stays', async () => {
    const before = await after(3);
    let kept: VideoModel | undefined;
    const dispose = jest.spyOn(VideoModel.prototype, 'dispose').mockImplementationOnce(async function (
      this: VideoModel,
    ) {
      kept = this;
    });
    await round();
    dispose.mockRestore();
    expect((await after(3)) - before).toBeGreaterThan(modelBytes / 2);
    await kept?.dispose();
  });
});
