import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { KinetorchError } from '../base/errors';
import { formatCount } from '../base/format';
import { packageRoot, pinnedVersion, version } from '../base/version';
import { cLibrary, cLibraryProblem, cLibraryRemedy } from '../libtorch/find/cLibrary';
import { libtorchRemedy } from '../libtorch/find/failure';
import { nvidiaGpus } from '../libtorch/find/nvidiaGpus';
import { platform } from '../libtorch/find/platformPackage';
import { models } from '../model/models';
import { errorReport } from './failures';
import { formatDuration, formatPercent } from './print/format';
import { restoreCommand } from './shippedFiles';

/** One thing that has to be right. */
export interface Check {
  name: string;
  ok: boolean;
  /** What is there, or what is wrong. */
  found: string;
  details: string[];
  /** The command that puts it right; null where nothing is wrong. */
  fix: string | null;
}

const oldestNode = [20, 9] as const;
const decoderTimeoutMs = 30_000;

/** Checks everything that Kinetorch needs, what others rest on first. */
export async function* doctorChecks(): AsyncGenerator<Check, void> {
  yield good('Kinetorch', `${version()} for LibTorch ${pinnedVersion()}`);
  yield checkNode();
  yield checkPlatform();
  yield await checkLibTorch();
  yield await checkAddon();
  yield await checkDecoder();
  yield await checkShippedModel();
}

function good(name: string, found: string, details: string[] = []): Check {
  return { name, ok: true, found, details, fix: null };
}

function bad(name: string, found: string, fix: string, details: string[] = []): Check {
  return { name, ok: false, found, details, fix };
}

function isAtLeast(text: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = text.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function checkNode(): Check {
  const { node, napi } = process.versions;
  if (isAtLeast(node, oldestNode)) return good('Node.js', `${node} (Node-API ${napi})`);
  return bad('Node.js', `${node}, but ${oldestNode.join('.')} or newer is needed`, 'install Node.js from nodejs.org');
}

function checkPlatform(): Check {
  const library = cLibrary();
  const problem = cLibraryProblem();
  if (problem === null) return good('Platform', library === null ? platform : `${platform}, ${library}`);
  return bad('Platform', `${platform}: ${problem}`, cLibraryRemedy.join(' '));
}

async function checkLibTorch(): Promise<Check> {
  const { libtorchLocation } = await import('../native.js');
  const { found, tried } = libtorchLocation();
  const attempts = tried.map(({ source, path, reason }) => `tried ${source}, ${path}: ${reason}`);
  if (found === null) return bad('LibTorch', 'not found', libtorchRemedy(tried).join('; '), attempts);
  return good('LibTorch', `${found.version} at ${found.path}`, [
    `found by ${found.source}${found.detail.startsWith(found.source) ? '' : ` (${found.detail})`}`,
    ...attempts,
  ]);
}

async function checkAddon(): Promise<Check> {
  const { devices } = await import('../model/devices.js');
  const { cudaLoadProblem, libtorchLocation, native } = await import('../native.js');
  try {
    const { devices: names, threads, cpuCapability, torchVersion, cudaProblem } = devices();
    const found = `devices: ${names.join(', ')}; ${threads} threads; ${cpuCapability}; runs LibTorch ${torchVersion}`;
    const problem = cudaLoadProblem() || cudaProblem;
    const { cudaLibraryReason } = native().runtimeInfo();
    return good('Native addon', found, [
      ...(problem ? [`no CUDA: ${problem}`] : []),
      ...(cudaLibraryReason ? [`without Kinetorch's CUDA library: ${cudaLibraryReason}`] : []),
      ...(await gpuLines()),
    ]);
  } catch (error) {
    const [first = '', ...rest] = errorReport(error).message.split('\n');
    return bad('Native addon', first, libtorchRemedy(libtorchLocation().tried)[0] as string, rest);
  }
}

async function gpuLines(): Promise<string[]> {
  const gpus = await nvidiaGpus();
  return gpus.map(({ name, memoryMiB, driver }) => `GPU: ${name}, ${formatCount(memoryMiB)} MiB, driver ${driver}`);
}

/** In a process of its own, as the decoder runs: a broken FFmpeg must not take this one along. */
async function checkDecoder(): Promise<Check> {
  const script =
    "import('#node-av/lib').then((av) => process.stdout.write(String(av.getFFmpegInfo().version)))" +
    '.catch((error) => { process.stderr.write(error.message); process.exitCode = 1; })';
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: packageRoot,
      timeout: decoderTimeoutMs,
    });
    return good('Video decoder', `FFmpeg ${stdout.trim()}`, [await lockLine()]);
  } catch (error) {
    if (error instanceof KinetorchError) {
      const [first = '', ...rest] = error.message.split('\n');
      return bad('Video decoder', first, libtorchRemedy([])[0] as string, rest);
    }
    const { stderr, message } = error as { stderr?: string; message: string };
    const reason = stderr?.trim() || message;
    return bad('Video decoder', `node-av cannot be loaded: ${reason}`, 'npm install --include=optional');
  }
}

/** How far the decoder is locked in; a warning where not wholly, as it decodes nonetheless. */
async function lockLine(): Promise<string> {
  const { decoderSandbox } = await import('../video/decoderSandbox.js');
  const { landlock, seccomp, problem } = await decoderSandbox();
  const held = [landlock > 0 ? `Landlock ${landlock}` : '', seccomp ? 'seccomp' : ''].filter(Boolean).join(' and ');
  if (problem === '') return `locked in by ${held}`;
  return `warning: ${held ? `locked in by ${held} alone` : 'not locked in, it has all rights of its user'}: ${problem}`;
}

async function checkShippedModel(): Promise<Check> {
  const name = 'Shipped model';
  if (!existsSync(models.cameraMotion))
    return bad(name, `${models.cameraMotion} is missing`, restoreCommand(models.cameraMotion));
  const { loadModel } = await import('../model/loadModel.js');
  try {
    await using model = await loadModel(models.cameraMotion);
    const { frames, height, width } = model.input;
    const grey = new Uint8Array(frames * height * width * 3).fill(128);
    const began = performance.now();
    const { predictions } = await model.classifyClip({ data: grey, frames, height, width }, { topK: 1 });
    const took = formatDuration(performance.now() - began);
    const [best] = predictions;
    const answer = best ? `${best.label} ${formatPercent(best.score)}` : 'nothing';
    return good(name, `${model.architecture}, ${formatCount(model.labels.length)} classes, ${model.precision}`, [
      `a grey clip: ${answer}, in ${took}`,
    ]);
  } catch (error) {
    const { code, message } = errorReport(error);
    const { libtorchLocation } = await import('../native.js');
    const lacksLibTorch = code === 'ERR_LIBTORCH_NOT_FOUND' || code === 'ERR_LIBTORCH_VERSION';
    const [remedy = ''] = lacksLibTorch
      ? libtorchRemedy(libtorchLocation().tried)
      : [restoreCommand(models.cameraMotion)];
    return bad(name, message.split('\n', 1)[0] ?? '', remedy);
  }
}
