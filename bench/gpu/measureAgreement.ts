import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Agreement } from '../harness/logitAgreement';
import type { PreparedNetwork } from '../harness/prepareNetwork';
import type { Plan } from './cases';
import type { Clock } from './clock';
import type { AgreementTask } from './peers/agreement';
import type { AgreementResult } from './results';

const run = promisify(execFile);
/** The processor is slow: it gets no more of what is left, and no more seconds. */
const [share, longest] = [0.3, 75];

/** In a process of its own, which takes the memory of two models with it. */
export async function measureAgreement(
  { network, clips }: Plan['agreement'],
  { folder }: PreparedNetwork,
  device: AgreementTask['device'],
  clock: Clock,
): Promise<AgreementResult> {
  const until = Date.now() + 1000 * Math.min(longest, clock.secondsLeft() * share);
  const task: AgreementTask = { model: join(folder, 'model.pt'), device, clips, until };
  const program = join(__dirname, 'peers', 'agreement.js');
  const { stdout } = await run(process.execPath, [program, JSON.stringify(task)], { timeout: clock.patienceMs() });
  return { network: network.architecture, ...(JSON.parse(stdout) as Agreement) };
}
