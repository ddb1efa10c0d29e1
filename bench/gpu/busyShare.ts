import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Samples right after the start still hold what was before, in milliseconds. */
const settling = 1000;

/**
 * Runs `work` and tells in which share of its time a kernel ran on the GPU, as nvidia-smi samples it ten times a second;
 * null where it gave no sample.
 */
export async function busyShare<Answer>(uuid: string, work: () => Promise<Answer>): Promise<[Answer, number | null]> {
  const query = ['-i', uuid, '--query-gpu=utilization.gpu', '--format=csv,noheader,nounits', '-lms', '100'];
  const sampler = spawn('nvidia-smi', query, { stdio: ['ignore', 'pipe', 'ignore'] });
  sampler.on('error', () => {}); // without nvidia-smi there are no samples
  const samples: number[] = [];
  const from = performance.now() + settling;
  createInterface({ input: sampler.stdout }).on('line', (line) => {
    const percent = Number(line);
    if (performance.now() > from && Number.isFinite(percent)) samples.push(percent / 100);
  });
  try {
    const answer = await work();
    const mean = samples.reduce((sum, share) => sum + share, 0) / samples.length;
    return [answer, samples.length > 0 ? mean : null];
  } finally {
    sampler.kill();
  }
}
