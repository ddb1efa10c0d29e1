import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type EngineName, engines } from './engines';
import { openLog, type Peers } from './setup';
import type { Task } from './task';

/** What an engine says once it has its first result. */
interface Hello {
  version: string;
  logits: number[][];
}

/** No answer takes longer, or the engine is taken to hang. */
const patienceMs = 600_000;

/**
 * An engine in a process of its own that lives through a case and works only when asked to, so that rounds of several
 * engines follow each other without paying for their starts.
 */
export class EngineProcess {
  private constructor(
    readonly name: EngineName,
    readonly hello: Hello,
    /** Milliseconds from the start of the process. */
    readonly firstResultMs: number,
    private readonly child: ChildProcess,
    private readonly answers: AsyncIterator<string>,
  ) {}

  static async start(
    name: EngineName,
    peers: Peers,
    task: Task,
    environment: NodeJS.ProcessEnv,
  ): Promise<EngineProcess> {
    const [program, ...args] = engines[name].command(peers, task);
    const log = openLog(`${task.architecture}-${task.frames}x${task.height}-${task.batch}-${name}`);
    const began = performance.now();
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', log.descriptor],
      env: { ...process.env, OMP_NUM_THREADS: String(task.threads), ...environment },
    });
    child.on('error', () => child.stdout?.destroy());
    child.stdin?.on('error', () => {}); // of a process that ended: its missing answer tells
    const answers = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    try {
      const hello = JSON.parse(await nextLine(answers)) as Hello;
      return new EngineProcess(name, hello, performance.now() - began, child, answers);
    } catch (cause) {
      child.kill('SIGKILL');
      throw new Error(`${engines[name].title} gave no result; see ${log.path}`, { cause });
    }
  }

  async ask<Answer>(question: string): Promise<Answer> {
    this.child.stdin?.write(`${question}\n`);
    try {
      return JSON.parse(await nextLine(this.answers)) as Answer;
    } catch (cause) {
      throw new Error(`${engines[this.name].title} gave no answer to \`${question}\``, { cause });
    }
  }

  /** Milliseconds of each of `count` runs. */
  async times(count: number): Promise<number[]> {
    return (await this.ask<{ times: number[] }>(`run ${count}`)).times;
  }

  /** Peak of resident memory so far, in bytes; then the process ends. */
  async stop(): Promise<number> {
    const peakBytes =
      (await highWaterMark(this.child.pid)) ?? (await this.ask<{ peakBytes: number }>('peak')).peakBytes;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await ended;
    return peakBytes;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Null where there is no /proc. What a process on Linux says of itself holds its parent's memory, from before exec. */
async function highWaterMark(pid?: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs);
  });
  try {
    const line = await Promise.race([lines.next(), late]);
    if (line.done) throw new Error('the process ended');
    return line.value;
  } finally {
    clearTimeout(timer);
  }
}
