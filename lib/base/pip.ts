import { spawn, spawnSync } from 'node:child_process';

/** Command that runs pip, for example `['python3', '-m', 'pip']`; null where there is none. */
export function findPip(env: NodeJS.ProcessEnv = process.env): string[] | null {
  for (const python of ['python3', 'python', 'py']) {
    const { status } = spawnSync(python, ['-m', 'pip', '--version'], { env, stdio: 'ignore' });
    if (status === 0) return [python, '-m', 'pip'];
  }
  return null;
}

/**
 * Runs pip; on a terminal its own progress bar is seen, elsewhere the lines that tell something. `signal` ends it, and it
 * then is not `ok`. Rejects where it cannot be started.
 */
export function runPip(
  pip: string[],
  args: string[],
  env: NodeJS.ProcessEnv,
  onLine: (text: string) => void,
  signal?: AbortSignal,
): Promise<{ ok: boolean; output: string }> {
  const [python, ...before] = pip as [string, ...string[]];
  const terminal = process.stdout.isTTY === true;
  const quiet = terminal ? [] : ['--progress-bar', 'off'];
  return new Promise((resolve, reject) => {
    const [command, ...rest] = args;
    const child = spawn(python, [...before, command as string, ...quiet, ...rest], {
      env: { ...env, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
      stdio: ['ignore', terminal ? 'inherit' : 'pipe', 'pipe'],
      signal,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => {
      // What an abort ends still has to close.
      if (!signal?.aborted) reject(error);
    });
    child.on('close', (status) => {
      const told = output.split('\n').filter((line) => /^\s*(Downloading|Processing) /.test(line));
      for (const line of told) onLine(`  pip: ${line.trim()}`);
      resolve({ ok: status === 0, output });
    });
  });
}

/** What pip said last of what went wrong. */
export function lastError(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.filter((line) => line.startsWith('ERROR')).at(-1) ?? lines.at(-1) ?? 'pip said nothing';
}
