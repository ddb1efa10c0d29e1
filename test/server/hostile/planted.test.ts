/** That the siege of requests.test.ts finds what it looks for: servers with faults that were planted into them. */
import { join } from 'node:path';
import type { ServingProcess } from '../../support/servingProcess';
import { temporaryFolder } from '../../support/temporaryFolder';
import { type BesiegedServer, besiegedServer } from './besiegedServer';
import { grownMemory } from './siege';

const folder = temporaryFolder();
let besieged: BesiegedServer;
let server: ServingProcess | undefined;

beforeAll(async () => {
  besieged = await besiegedServer(folder);
});
afterEach(() => server?.kill('SIGKILL'));

/** What a siege finds wrong with a server into which so much was planted. */
async function faultsOf(...planted: string[]): Promise<string> {
  const nodeArgs = ['--require', join(__dirname, 'plantedFaults.cjs')];
  server = await besieged.start({ env: { KINETORCH_PLANTED: planted.join() }, nodeArgs });
  return (await besieged.besiege(server, 200, { patienceMs: 2500 })).faults.join('\n');
}

test('requests that are lost or in no log, wrong numbers, and memory that is kept are found', async () => {
  const faults = await faultsOf('lost', 'leak', 'unlogged', 'wrong');
  expect(faults).toMatch(/lost: neither an answer/);
  expect(faults).toMatch(/memory has grown/);
  expect(faults).toMatch(/no line in the log/);
  expect(faults).toMatch(/other logits/);
});

test('the end of the process is found', async () => {
  expect(await faultsOf('death')).toMatch(/the server died/);
});

test('memory that goes up and down, or levels off, is no leak', () => {
  const mebibytes = (sizes: number[]) => grownMemory(sizes.map((size) => size * 2 ** 20));
  expect(mebibytes([200, 280, 310, 320, 290, 325, 322, 318, 330])).toEqual([]);
  expect(mebibytes([200, 210, 220, 230, 240, 250, 290, 300, 310])).toEqual(['memory has grown from 240 to 300 MiB']);
});
