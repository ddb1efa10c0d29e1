import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { EpochMetrics } from '../../lib/training/types';
import { temporaryFolder } from '../support/temporaryFolder';

jest.setTimeout(600_000);

const programs = join(__dirname, 'programs');

const folder = temporaryFolder();
const copies = join(folder, 'copies');
let undisturbed: Outcome;

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

async function contentOf(outDir: string): Promise<string> {
  const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const lines = files.sort().map(async (path) => `${relative(outDir, path)} ${await sha256(path)}`);
  return (await Promise.all(lines)).join('\n');
}

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

beforeAll(async () => {
  const shim = join(folder, 'copyAtWrites.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', shim, join(programs, 'copyAtWrites.c'), '-ldl']);
  const outDir = join(folder, 'undisturbed');
  await mkdir(copies);
  const env = { LD_PRELOAD: shim, WATCHED_FOLDER: outDir, COPIES_FOLDER: copies };
  expect(await run([outDir], { env })).toEqual(finished);
  undisturbed = await outcomeOf(outDir);
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

// One run left a copy of its folder at each, as killing one for each takes far longer; a sync changes nothing that a kill
// leaves, so many are equal.
test('what a kill at any write, sync, rename or removal of a file leaves ends, resumed, with the same bits', async () => {
  const places = (await readdir(copies)).map((name) => join(copies, name));
  expect(places.length).toBeGreaterThan(40);
  const distinct = new Map<string, string>();
  for (const place of places) distinct.set(await contentOf(place), place);
  const left = [...distinct.values()];
  expect(left.length).toBeGreaterThan(25);
  expect(await run(left)).toEqual(finished);
  for (const place of left) expect({ place, ...(await outcomeOf(place)) }).toEqual({ place, ...undisturbed });
});
