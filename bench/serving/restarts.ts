/**
 * npx tsx bench/serving/restarts.ts [restarts=20] [clients=8]
 * Restarts two servers of the shipped model one after the other, by SIGTERM, behind a proxy that obeys readiness.
 */
import { models } from '../../dist';
import { noiseClip } from '../harness/noiseClip';
import { inferRequest } from './inferRequest';
import { restartUnderLoad } from './restartUnderLoad';

async function main(): Promise<void> {
  const [restarts = 20, clients = 8] = process.argv.slice(2).map(Number);
  const request = inferRequest(noiseClip(1, 16, 112, 112));
  const { answered, failures, exitCodes } = await restartUnderLoad({
    path: models.cameraMotion,
    restarts,
    clients,
    graceMs: 1000,
    ...request,
  });
  console.log(`${restarts} restarts, ${clients} clients: ${answered} answered, exit codes ${exitCodes.join(' ')}`);
  for (const [failure, count] of failures) console.log(`${count} failed: ${failure}`);
  process.exitCode = failures.size === 0 ? 0 : 1;
}

void main();
