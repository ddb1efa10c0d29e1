import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { EngineName } from './cases';
import type { LoadTask } from './loadTask';
import { openLog } from './workFolder';

/** How an engine is started. */
export interface Program {
  name: EngineName;
  title: string;
  /** Program and arguments. */
  command: [string, ...string[]];
  env: NodeJS.ProcessEnv;
  /** Of its messages, without a folder. */
  log: string;
}

/** What an engine does while calls always wait. */
export interface Saturation {
  clipsPerSecond: number;
  /** Of its event loop, where it has one, in milliseconds. */
  delay?: { p50: number; p99: number; max: number };
}

/** Says how long an answer may be waited for, in milliseconds: beyond it the engine is taken to hang. */
export type Patience = () => number;

const tenMinutes: Patience = () => 600_000;

/**
 * An engine in a process of its own that works only when asked to, so that rounds of several engines follow each other
 * without paying for their starts. peers/protocol.py says what it is asked and what it answers.
 */
export class EngineProcess {
  private constructor(
    readonly name: EngineName,
    private readonly title: string,
    readonly version: string,
    private readonly began: number,
    private readonly child: ChildProcess,
    private readonly answers: AsyncIterator<string>,
    private readonly patience: Patience,
  ) {}

  static async start(program: Program, patience = tenMinutes): Promise<EngineProcess> {
    const { name, title, env } = program;
    const [command, ...args] = program.command;
    const log = openLog(program.log);
    const began = performance.now();
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', log.descriptor], env: { ...process.env, ...env } });
    child.on('error', () => child.stdout?.destroy());
    child.stdin?.on('error', () => {}); // of a process that ended: its missing answer tells
    const answers = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    try {
      const { version } = parse<{ version: string }>(await nextLine(answers, patience()));
      return new EngineProcess(name, title, version, began, child, answers, patience);
    } catch (cause) {
      child.kill('SIGKILL');
      throw new Error(`${title} gave no result: ${(cause as Error).message}; see ${log.path}`, { cause });
    }
  }

  /** Logits of the task's clips. */
  async load(task: LoadTask): Promise<number[][]> {
    return (await this.#ask<{ logits: number[][] }>(`load ${JSON.stringify(task)}`)).logits;
  }

  /** Milliseconds of each of `count` calls, one after the other. */
  async times(count: number): Promise<number[]> {
    return (await this.#ask<{ times: number[] }>(`run ${count}`)).times;
  }

  /** Over so many batches, with the clips of `waiting` batches always under way or waiting. */
  async saturate(batches: number, waiting: number): Promise<Saturation> {
    return this.#ask(`saturate ${batches} ${waiting}`);
  }

  /** Milliseconds of preparing a batch; the native loop alone can tell. */
  async preprocessingTimes(count: number): Promise<number[]> {
    return (await this.#ask<{ times: number[] }>(`preprocess ${count}`)).times;
  }

  /** Milliseconds since the process was started. */
  get age(): number {
    return performance.now() - this.began;
  }

  /** Peak of resident memory so far, in bytes; then the process ends. */
  async stop(): Promise<number> {
    const peakBytes =
      (await highWaterMark(this.child.pid)) ?? (await this.#ask<{ peakBytes: number }>('peak')).peakBytes;
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return peakBytes;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await ended;
    return peakBytes;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async #ask<Answer>(question: string): Promise<Answer> {
    this.child.stdin?.write(`${question}\n`);
    const command = question.split(' ', 1)[0];
    try {
      return parse<Answer>(await nextLine(this.answers, this.patience()));
    } catch (cause) {
      throw new Error(`${this.title} gave no answer to \`${command}\`: ${(cause as Error).message}`, { cause });
    }
  }
}

function parse<Answer>(line: string): Answer {
  const answer = JSON.parse(line) as Answer & { error?: unknown };
  if (answer.error !== undefined) throw new Error(String(answer.error));
  return answer;
}

/** Null where there is no /proc. What a process on Linux says of itself holds its parent's memory, from before exec. */
async function highWaterMark(pid?: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

async function nextLine(lines: AsyncIterator<string>, patience: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${Math.round(patience / 1000)} s`)), patience);
  });
  try {
    const line = await Promise.race([lines.next(), late]);
    if (line.done) throw new Error('the process ended');
    return line.value;
  } finally {
    clearTimeout(timer);
  }
}
