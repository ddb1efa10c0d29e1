import { join } from 'node:path';
import { inferRequest } from '../../../bench/serving/inferRequest';
import { restartUnderLoad } from '../../../bench/serving/restartUnderLoad';
import { noiseClip, smallArchive } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';

const path = join(temporaryFolder(), 'moves.pt');

// The long form is bench/serving/restarts.ts.
it('fails no request while servers are restarted behind a proxy that obeys readiness', async () => {
  await (await smallArchive()).save(path);
  const load = { path, restarts: 3, clients: 4, graceMs: 1500, ...inferRequest(noiseClip()) };
  const { answered, failures, exitCodes } = await restartUnderLoad(load);
  expect(failures).toEqual(new Map());
  expect(answered).toBeGreaterThan(20);
  expect(exitCodes).toEqual([0, 0, 0]);
}, 180_000);
