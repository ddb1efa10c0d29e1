import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type ChildProgram, childProgram } from './childProgram';
import { MessageParser, writeMessage } from './messages';
import { systemReason } from './systemReason';

const keptErrorBytes = 2000;
const maxErrorBytes = 2 ** 26;
/** Of one message but for its payload. As JSON of many small parts it may take fifty times as much memory. */
const maxHeaderBytes = 2 ** 20;

/** What a process says. */
export interface ProcessListener<Reply> {
  /** Where this or {@link onPayload} throws, the process is killed: it said what it should not. */
  onMessage(reply: Reply, payloadBytes: number): void;
  onPayload(chunk: Buffer): void;
  /** Once, and the last: the process is gone. */
  onEnd(end: ProcessEnd): void;
}

export interface ProcessEnd {
  reason: string;
  /** Whether it ever said anything. */
  hasStarted: boolean;
  /** Whether it was told to end. */
  wasKilled: boolean;
}

export interface ProcessOptions {
  /** Whether file descriptor 4 is a socket. Default false. */
  hasSocket?: boolean;
  /** Of its environment, beside those of {@link childProgram}. */
  variables?: NodeJS.ProcessEnv;
}

interface Holdable {
  ref?(): void;
  unref?(): void;
}

/** As Node's are, which says so nowhere. */
interface NumberedPipe {
  _handle?: { fd?: number } | null;
}

const alive = new Set<Pick<PipedProcess<object, unknown>, 'kill'>>();
process.on('exit', () => {
  for (const one of alive) one.kill('the process ended');
});

/**
 * A file of this package that runs in a process of its own, seen from its parent: messages go to its standard input, and
 * come by its file descriptor 3, as libraries may write to standard output. It is to end when its standard input does.
 */
export class PipedProcess<Command extends object, Reply> {
  /** When it last said anything, in `performance.now()`. */
  lastHeard = performance.now();
  private readonly child: ChildProcess;
  private readonly parser: MessageParser<Reply>;
  private hasStarted = false;
  private killReason: string | null = null;
  private errorText = '';
  private errorBytes = 0;
  private isOver = false;
  /** For all that wait to have written something. */
  private readonly gone: Promise<void>;
  private onGone = () => {};

  /**
   * Throws the system's error, or that of {@link childProgram}, where it cannot be started.
   *
   * @param start what it is told at once, as its first argument
   */
  constructor(
    file: string,
    start: object,
    private readonly listener: ProcessListener<Reply>,
    { hasSocket = false, variables = {} }: ProcessOptions = {},
  ) {
    this.gone = new Promise((resolve) => {
      this.onGone = resolve;
    });
    this.child = startProgram(childProgram(file, variables), start, hasSocket);
    this.parser = new MessageParser<Reply>(listener, maxHeaderBytes);
    this.child.on('error', (error) => this.end(systemReason(error)));
    this.child.on('close', (code, signal) => {
      const how = this.describeEnd(code, signal);
      this.end(this.hasStarted ? how : `${this.child.spawnfile} ${how}`);
    });
    // A broken pipe is followed by the end of the process, which says why.
    for (const pipe of this.pipes) pipe?.on('error', () => {});
    this.replies?.on('data', (chunk: Buffer) => this.receive(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.errorText = (this.errorText + chunk.toString()).slice(-keptErrorBytes);
      this.errorBytes += chunk.length;
      if (this.errorBytes > maxErrorBytes) this.kill('was stopped because it wrote errors without end');
    });
    alive.add(this);
  }

  get isAlive(): boolean {
    return !this.isOver && this.killReason === null;
  }

  /** Its socket's file descriptor. */
  get socket(): number | undefined {
    return (this.child.stdio?.[4] as unknown as NumberedPipe | undefined)?._handle?.fd;
  }

  /** Resolves when the process has room for more, or is gone. */
  async send(command: Command, payload: readonly Uint8Array[] = []): Promise<void> {
    const pipe = this.child.stdin;
    if (!pipe?.writable) return;
    await Promise.race([writeMessage(pipe, command, payload), this.gone]);
  }

  /** Whether it may keep this process running. */
  hold(isHeld: boolean): void {
    const method = isHeld ? 'ref' : 'unref';
    // Bun's pipes for writing have neither, and hold nothing.
    for (const handle of [this.child, ...this.pipes]) (handle as Holdable | null | undefined)?.[method]?.();
  }

  kill(reason: string): void {
    this.killReason ??= reason;
    this.child.kill('SIGKILL');
  }

  private get replies(): Readable | null | undefined {
    return this.child.stdio?.[3] as Readable | null | undefined;
  }

  /** Without some of them where there were no file descriptors left; the process then ends, with the reason. */
  private get pipes() {
    return [this.child.stdin, this.child.stderr, this.replies, this.child.stdio?.[4]];
  }

  private receive(chunk: Buffer): void {
    this.lastHeard = performance.now();
    this.hasStarted = true;
    try {
      this.parser.push(chunk);
    } catch (error) {
      this.kill(`was stopped because it sent ${(error as Error).message}`);
    }
  }

  private describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.killReason !== null) return this.killReason;
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    const said = this.errorText.trim().split('\n');
    const reason = said.find((line) => /^\w*Error\b/.test(line)) ?? said.at(-1);
    return reason ? `${how}: ${reason}` : how;
  }

  private end(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    alive.delete(this);
    this.onGone();
    this.listener.onEnd({ reason, hasStarted: this.hasStarted, wasKilled: this.killReason !== null });
  }
}

function startProgram({ command, args, env }: ChildProgram, start: object, hasSocket: boolean): ChildProcess {
  const stdio: StdioOptions = ['pipe', 'ignore', 'pipe', 'pipe', ...(hasSocket ? ['pipe' as const] : [])];
  return spawn(command, [...args, JSON.stringify(start)], { env, stdio, windowsHide: true });
}
