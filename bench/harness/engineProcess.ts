import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { openLog } from './workFolder';

/** How an engine is started. */
export interface Program<Name extends string> {
  name: Name;
  title: string;
  /** Program and arguments. */
  command: [string, ...string[]];
  env: NodeJS.ProcessEnv;
  /** Of its messages, without a folder. */
  log: string;
}

/** No answer takes longer, or the engine is taken to hang. */
const patienceMs = 600_000;

/**
 * An engine in a process of its own that works only when asked to, so that rounds of several engines follow each other
 * without paying for their starts. It says what it is (`Hello`) once it is ready, and then answers lines with lines of
 * JSON; `{"error": …}` says what went wrong, and the engine lives on.
 */
export class EngineProcess<Name extends string, Hello> {
  private constructor(
    readonly name: Name,
    private readonly title: string,
    readonly hello: Hello,
    /** Milliseconds from the start of the process to its hello. */
    readonly readyMs: number,
    private readonly child: ChildProcess,
    private readonly answers: AsyncIterator<string>,
  ) {}

  static async start<Name extends string, Hello>(
    program: Program<Name>,
    patience = patienceMs,
  ): Promise<EngineProcess<Name, Hello>> {
    const { name, title, env } = program;
    const [command, ...args] = program.command;
    const log = openLog(program.log);
    const began = performance.now();
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', log.descriptor], env: { ...process.env, ...env } });
    child.on('error', () => child.stdout?.destroy());
    child.stdin?.on('error', () => {}); // of a process that ended: its missing answer tells
    const answers = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    try {
      const hello = parse<Hello>(await nextLine(answers, patience));
      return new EngineProcess(name, title, hello, performance.now() - began, child, answers);
    } catch (cause) {
      child.kill('SIGKILL');
      throw new Error(`${title} gave no result: ${(cause as Error).message}; see ${log.path}`, { cause });
    }
  }

  async ask<Answer>(question: string, patience = patienceMs): Promise<Answer> {
    this.child.stdin?.write(`${question}\n`);
    const command = question.split(' ', 1)[0];
    try {
      return parse<Answer>(await nextLine(this.answers, patience));
    } catch (cause) {
      throw new Error(`${this.title} gave no answer to \`${command}\`: ${(cause as Error).message}`, { cause });
    }
  }

  /** Milliseconds of each of `count` runs. */
  async times(count: number, patience?: number): Promise<number[]> {
    return (await this.ask<{ times: number[] }>(`run ${count}`, patience)).times;
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
