import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { EpochMetrics } from '../../lib/training/types';

jest.setTimeout(600_000);

const programs = join(__dirname, 'programs');

let folder: string;
let shim: string;
let undisturbed: Outcome;
let writes: number;

/** What a finished run leaves, without what depends on time. */
interface Outcome {
  best: string;
  last: string;
  files: string[];
  metrics: object[];
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** Runs programs/trainRun.cjs; `killAfterMs` counts from the moment the run has started. */
function run(outDir: string, { env = {}, killAfterMs = -1 }: { env?: NodeJS.ProcessEnv; killAfterMs?: number } = {}) {
  return new Promise<Ended>((resolve, reject) => {
    const child = spawn(process.execPath, [join(programs, 'trainRun.cjs'), outDir], {
      env: { ...process.env, ...env },
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdout.once('data', () => {
      if (killAfterMs >= 0) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

async function outcomeOf(outDir: string): Promise<Outcome> {
  const lines = (await readFile(join(outDir, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  return {
    best: await sha256(join(outDir, 'best.pt')),
    last: await sha256(join(outDir, 'last.pt')),
    files: (await readdir(outDir, { recursive: true })).sort(),
    metrics: lines.map((line) => {
      const { seconds, clipsPerSecond, dataWaitSeconds, ...kept } = JSON.parse(line) as EpochMetrics;
      return kept;
    }),
  };
}

const finished = { code: 0, signal: null, stderr: '' };
const killed = { code: null, signal: 'SIGKILL', stderr: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinetorch-kill-'));
  shim = join(folder, 'crashAt.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', shim, join(programs, 'crashAt.c'), '-ldl']);
  const outDir = join(folder, 'undisturbed');
  const count = join(folder, 'count');
  const env = { LD_PRELOAD: shim, CRASH_FOLDER: outDir, CRASH_AT: '0', CRASH_COUNT: count };
  expect(await run(outDir, { env })).toEqual(finished);
  undisturbed = await outcomeOf(outDir);
  writes = Number(await readFile(count, 'utf8'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('two undisturbed runs end with the same bits', async () => {
  const outDir = join(folder, 'second');
  expect(await run(outDir)).toEqual(finished);
  expect(await outcomeOf(outDir)).toEqual(undisturbed);
});

test('runs killed 20 times at random moments and resumed end with the bits of the undisturbed run', async () => {
  const random = seededRandom(20);
  let kills = 0;
  for (let round = 0; kills < 20; round++) {
    const outDir = join(folder, `random-${round}`);
    for (;;) {
      const ended = await run(outDir, { killAfterMs: kills < 20 ? Math.floor(random() * 400) : -1 });
      if (ended.signal !== 'SIGKILL') {
        expect(ended).toEqual(finished);
        break;
      }
      kills++;
    }
    expect(await outcomeOf(outDir)).toEqual(undisturbed);
  }
});

test('a run killed at any write, sync, rename or removal of a file and resumed ends with the same bits', async () => {
  expect(writes).toBeGreaterThan(40);
  for (let at = 1; at <= writes; at++) {
    const outDir = join(folder, `write-${at}`);
    const ended = await run(outDir, { env: { LD_PRELOAD: shim, CRASH_FOLDER: outDir, CRASH_AT: String(at) } });
    expect({ at, ...ended }).toEqual({ at, ...killed });
    expect({ at, ...(await run(outDir)) }).toEqual({ at, ...finished });
    expect({ at, ...(await outcomeOf(outDir)) }).toEqual({ at, ...undisturbed });
    await rm(outDir, { recursive: true });
  }
});
