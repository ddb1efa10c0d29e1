import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { EpochMetrics } from '../../lib/training/types';
import { temporaryFolder } from '../support/temporaryFolder';

jest.setTimeout(600_000);

const programs = join(__dirname, 'programs');

const folder = temporaryFolder();
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

/** Runs programs/trainRun.cjs; `killAfterMs` counts from the moment the first run has started. */
function run(
  outDirs: string[],
  { env = {}, killAfterMs = -1 }: { env?: NodeJS.ProcessEnv; killAfterMs?: number } = {},
) {
  return new Promise<Ended>((resolve, reject) => {
    const child = spawn(process.execPath, [join(programs, 'trainRun.cjs'), ...outDirs], {
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
/** Runs that one process resumes. */
const together = 8;

beforeAll(async () => {
  shim = join(folder, 'crashAt.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', shim, join(programs, 'crashAt.c'), '-ldl']);
  const outDir = join(folder, 'undisturbed');
  const count = join(folder, 'count');
  const env = { LD_PRELOAD: shim, CRASH_FOLDER: outDir, CRASH_AT: '0', CRASH_COUNT: count };
  expect(await run([outDir], { env })).toEqual(finished);
  undisturbed = await outcomeOf(outDir);
  writes = Number(await readFile(count, 'utf8'));
});

test('two undisturbed runs end with the same bits', async () => {
  const outDir = join(folder, 'second');
  expect(await run([outDir])).toEqual(finished);
  expect(await outcomeOf(outDir)).toEqual(undisturbed);
});

test('runs killed 20 times at random moments and resumed end with the bits of the undisturbed run', async () => {
  const random = seededRandom(20);
  let kills = 0;
  for (let round = 0; kills < 20; round++) {
    const outDir = join(folder, `random-${round}`);
    for (;;) {
      const ended = await run([outDir], { killAfterMs: kills < 20 ? Math.floor(random() * 400) : -1 });
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
  const folderOf = (at: number) => join(folder, `write-${at}`);
  // One process resumes several: to start it takes longer than the run.
  for (let first = 1; first <= writes; first += together) {
    const places = Array.from({ length: Math.min(together, writes - first + 1) }, (_, i) => first + i);
    for (const at of places) {
      const env = { LD_PRELOAD: shim, CRASH_FOLDER: folderOf(at), CRASH_AT: String(at) };
      expect({ at, ...(await run([folderOf(at)], { env })) }).toEqual({ at, ...killed });
    }
    expect({ places, ...(await run(places.map(folderOf))) }).toEqual({ places, ...finished });
    for (const at of places) {
      expect({ at, ...(await outcomeOf(folderOf(at))) }).toEqual({ at, ...undisturbed });
      await rm(folderOf(at), { recursive: true });
    }
  }
});
