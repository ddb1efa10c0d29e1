/**
 * Time from starting a program to its first answer, and its resident memory then: Kinetorch as installed from the packed
 * packages, onnxruntime-node and Python's PyTorch, with the shipped model, one after the other in turn.
 *
 *   npm run pack:all && npm install --prefix build/bench/startup/app dist-packages/*.tgz
 *   npm run bench                # once: sets up the peers
 *   npx tsx bench/startup/compare.ts [--rounds 9]
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../../dist/base/cacheFolder';
import { median, spreadOf } from '../harness/statistics';
import { workFolder } from '../harness/workFolder';

const root = join(__dirname, '..', '..');
const folder = join(workFolder, 'startup');
const peers = join(cacheFolder(), 'bench-peers');
const python = join(peers, 'python', 'bin', 'python');
const script = (name: string) => join(__dirname, 'peers', name);
const model = join(root, 'models', 'camera-motion.pt');

const programs: Record<string, string[]> = {
  Kinetorch: [process.execPath, script('kinetorch.cjs'), join(folder, 'app', 'package.json'), model],
  'onnxruntime-node': [
    process.execPath,
    script('onnxruntimeNode.cjs'),
    join(peers, 'npm', 'package.json'),
    join(folder, 'model.onnx'),
  ],
  'Python PyTorch': [python, script('pytorch.py'), join(folder, 'traced.pt')],
};

interface Sample {
  milliseconds: number;
  megabytes: number;
}

/** Runs a program until it has answered, and reads how much memory of its own and shared it then holds. */
function measure([command, ...args]: string[]): Promise<Sample> {
  const began = performance.now();
  const child = spawn(command as string, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${args[0]} ended with ${code} before it answered`)));
    child.stdout.once('data', () => {
      const milliseconds = performance.now() - began;
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
      child.kill('SIGKILL');
      resolve({ milliseconds, megabytes: (kilobytes * 1024) / 1e6 });
    });
  });
}

async function main() {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
  const rounds = Number(values.rounds);
  mkdirSync(folder, { recursive: true });
  // Without it Node would find this checkout, by its own name.
  if (!existsSync(join(folder, 'app', 'node_modules', 'kinetorch')))
    throw new Error('install the packages first: above');
  if (!existsSync(join(folder, 'traced.pt'))) execFileSync(python, [script('prepare.py'), model, folder]);
  const samples = new Map(Object.keys(programs).map((name): [string, Sample[]] => [name, []]));
  // The first round fills the disk cache, and Kinetorch's measurements of its kernels.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, program] of Object.entries(programs)) {
      const sample = await measure(program);
      if (round > 0) samples.get(name)?.push(sample);
    }
  }
  for (const [name, all] of samples) {
    const time = spreadOf(all.map(({ milliseconds }) => milliseconds / 1000));
    const [middle, fastest, slowest] = [time.median, time.min, time.max].map((value) => value.toFixed(2));
    const memory = median(all.map(({ megabytes }) => megabytes));
    console.log(`${name}: ${middle} s (${fastest}–${slowest}), ${memory.toFixed(0)} MB resident`);
  }
}

void main();
