/**
 * Requests as an enemy, or a broken client, sends them: those of every route, with faults in their heads, lengths, chunks,
 * packing and JSON. KINETORCH_FUZZ=long sends 5,000, and tells what came of them.
 */
import { loadModel } from '../../../lib/model/loadModel';
import type { VideoModel } from '../../../lib/model/videoModel';
import { onCpu } from '../../support/models';
import type { ServingProcess } from '../../support/servingProcess';
import { temporaryFolder } from '../../support/temporaryFolder';
import { type BesiegedServer, besiegedServer } from './besiegedServer';
import { compareWithModel } from './referenceAnswer';

const isLong = process.env.KINETORCH_FUZZ === 'long';
const count = isLong ? 5000 : 300;
const inMebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
const folder = temporaryFolder();
let besieged: BesiegedServer;
let model: VideoModel;
let server: ServingProcess;

beforeAll(async () => {
  besieged = await besiegedServer(folder);
  model = await loadModel(besieged.model, onCpu);
});
afterAll(async () => {
  server?.kill('SIGKILL');
  await model?.dispose();
});

test('each has an answer as documented, none is taken for another, and nothing is left of them', async () => {
  server = await besieged.start();
  const judge = compareWithModel.bind(null, model);
  const { outcomes, faults, memory } = await besieged.besiege(server, count, { judge });
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  if (isLong) process.stderr.write(`${JSON.stringify({ outcomes, memory: memory.map(inMebibytes) })}\n`);
  expect(faults).toEqual([]);
  for (const status of [200, 400, 404, 405, 408, 413]) expect(outcomes[status]).toBeGreaterThan(0);
}, 3_600_000);
