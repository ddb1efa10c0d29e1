/** Models whose code runs in locked processes, of which one that ends takes nothing else along. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { wrapModel } from '../../../lib/model/wrapModel';
import { createServer } from '../../../lib/server/createServer';
import { Decoders } from '../../support/decoders';
import { fixture, fixtureInput, fixtureLabels, noiseClip, smallArchive } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { call, inferCall, quiet, startServer } from './support';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});

const processes = new Decoders(jest.mocked(spawn));
const folder = temporaryFolder();
const ask = inferCall(noiseClip().data, [4, 40, 56, 3]);

test('one that ends fails what it was asked, others go on, and the next request has another', async () => {
  const [moves, foreign] = [join(folder, 'moves.pt'), join(folder, 'foreign.pt')];
  const { save } = await smallArchive();
  await save(moves);
  await save(foreign);
  const { server, url } = await startServer({ models: { moves, foreign }, isolate: true });
  try {
    const infer = (name: string) => call(`${url}/v2/models/${name}/infer`, ask);
    const [right, too] = [await infer('moves'), await infer('foreign')];
    expect([right.status, too.status]).toEqual([200, 200]);
    expect(processes.alive).toHaveLength(2);
    const asked = Promise.all(Array.from({ length: 8 }, () => infer('moves')));
    for (const child of processes.alive) child.kill('SIGKILL');
    const statuses = (await asked).map(({ status }) => status);
    // Some may have been answered before it ended.
    expect(statuses.every((status) => status === 500 || status === 200)).toBe(true);
    expect(statuses).toContain(500);
    const again = await infer('moves');
    expect([again.status, JSON.parse(again.text).outputs]).toEqual([200, JSON.parse(right.text).outputs]);
    expect((await infer('foreign')).status).toBe(200);
    expect((await call(`${url}/v2/health/ready`)).status).toBe(200);
  } finally {
    await server.close();
  }
  expect(processes.alive).toEqual([]);
});

test.each([false, true])(
  'what is not trusted and cannot be built is refused, unless it is isolated: %s',
  async (isolate) => {
    const foreign = join(folder, 'custom.pt');
    await (await wrapModel(fixture('scripted.pt'), { labels: fixtureLabels, input: fixtureInput })).save(foreign);
    const server = await createServer({ ...quiet, models: { foreign }, untrusted: true, isolate });
    try {
      const [loaded] = await new Promise<{ error: unknown }[]>((resolve, reject) => {
        server.listen((one) => resolve([one])).catch(reject);
      });
      if (isolate) expect(loaded?.error).toBeNull();
      else expect(loaded?.error).toMatchObject({ code: 'ERR_MODEL_UNTRUSTED' });
    } finally {
      await server.close();
    }
  },
);
