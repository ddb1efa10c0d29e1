import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { KinetorchError } from '../base/errors';
import { systemReason } from '../base/systemReason';
import { decoderProgram } from './decoderProgram';
import { fileHanding } from './fileHanding';
import { videoLimits } from './limits';
import { type DecoderCommand, type DecoderReply, type DecoderStart, encodeMessage, MessageParser } from './protocol';
import { noLock, type SandboxState } from './sandboxState';

const keptErrorBytes = 2000;

/** What the operation that runs in a decoder wants to hear. */
export interface ReplyListener {
  onReply(reply: DecoderReply, payloadBytes: number): void;
  onPayload(chunk: Buffer): void;
  /** The process is gone, for the reason given. */
  onDeath(reason: string): void;
}

interface Holdable {
  ref?(): void;
  unref?(): void;
}

/** As Node's are, which says so nowhere. */
interface NumberedPipe {
  _handle?: { fd?: number } | null;
}

const alive = new Set<DecoderClient>();
process.on('exit', () => {
  for (const client of alive) client.kill('the process ended');
});

/** One decoder process, seen from its parent. Holds the event loop open only while somebody waits for it. */
export class DecoderClient {
  /** Whether it has served a video before. */
  used = false;
  /** When the process last said anything, in `performance.now()`. */
  lastHeard = performance.now();
  /** Why it never came to decode anything; null where it did. */
  startFailure: KinetorchError | null = null;
  /** What it is held to, as soon as it is ready. */
  sandbox: SandboxState = noLock;
  /** Whether its files are opened here; else it opens them itself. */
  readonly isHandedFiles: boolean;
  private readonly child: ChildProcess;
  private hasStarted = false;
  private readonly parser: MessageParser<DecoderReply>;
  private listener: ReplyListener | null = null;
  private killReason: string | null = null;
  private errorText = '';
  private death: string | null = null;

  /**
   * `onEnd` hears, once, that the process is gone. `writes` is the one file that it is to write, if it does not decode.
   * Throws `ERR_VIDEO_DECODER` where none can be started.
   */
  constructor(
    private readonly onEnd: (client: DecoderClient) => void,
    writes: string | null = null,
  ) {
    const { child, isHandedFiles } = startDecoder(writes);
    this.child = child;
    this.isHandedFiles = isHandedFiles;
    this.parser = new MessageParser<DecoderReply>({
      onMessage: (reply, payloadBytes) => {
        if (reply.type === 'ready') this.learn(reply.sandbox);
        this.listener?.onReply(reply, payloadBytes);
      },
      onPayload: (chunk) => this.listener?.onPayload(chunk),
    });
    this.child.on('error', (error) => this.die(systemReason(error)));
    this.child.on('close', (code, signal) => this.end(code, signal));
    // A broken pipe is followed by the end of the process, which says why.
    for (const pipe of this.pipes) pipe?.on('error', () => {});
    this.replies?.on('data', (chunk: Buffer) => this.receive(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.errorText = (this.errorText + chunk.toString()).slice(-keptErrorBytes);
    });
    alive.add(this);
    this.hold(false);
  }

  get isAlive(): boolean {
    return this.death === null && this.killReason === null;
  }

  /** Whether the process ended without having been told to. */
  get diedByItself(): boolean {
    return this.death !== null && this.killReason === null;
  }

  /**
   * Directs replies; the listener of a process already gone hears of it at once. One at a time: one that is put out of
   * its place would wait for ever.
   */
  listen(listener: ReplyListener | null): void {
    if (listener !== null && this.listener !== null) throw new Error('a decoder does one operation at a time');
    this.listener = listener;
    if (this.death !== null) listener?.onDeath(this.death);
  }

  send(command: DecoderCommand): void {
    if (this.child.stdin?.writable) this.child.stdin.write(encodeMessage(command));
  }

  /** The same with a payload; resolves when the process has room for more, or is gone. */
  async sendWith(command: DecoderCommand, payload: Uint8Array): Promise<void> {
    const pipe = this.child.stdin;
    if (!pipe?.writable) return;
    pipe.write(encodeMessage(command, payload.byteLength));
    this.hold(true);
    await new Promise<void>((resolve) => {
      pipe.once('close', resolve);
      pipe.write(payload, () => {
        pipe.off('close', resolve);
        resolve();
      });
    });
    this.hold(false);
  }

  /** Hands an open file to the process, which keeps it though it is closed here. */
  hand(file: number): void {
    const socket = (this.child.stdio?.[4] as unknown as NumberedPipe | undefined)?._handle?.fd;
    try {
      if (socket !== undefined) fileHanding().binding?.sendFile(socket, file);
    } catch {
      // A process that is gone takes none; that it is, is heard in time.
    }
  }

  /** Whether the process may keep this one running. */
  hold(isHeld: boolean): void {
    const method = isHeld ? 'ref' : 'unref';
    // Bun's pipes for writing have neither, and hold nothing.
    for (const handle of [this.child, ...this.pipes]) (handle as Holdable | null | undefined)?.[method]?.();
  }

  kill(reason: string): void {
    this.killReason ??= reason;
    this.child.kill('SIGKILL');
  }

  /** Replies come by a pipe of their own, as libraries may write to standard output. */
  private get replies(): Readable | null | undefined {
    return this.child.stdio?.[3] as Readable | null | undefined;
  }

  /** Without some of them where there were no file descriptors left; the process then ends, with the reason. */
  private get pipes() {
    return [this.child.stdin, this.child.stderr, this.replies, this.child.stdio?.[4]];
  }

  private learn(sandbox: SandboxState): void {
    const problem = sandbox.problem || (this.isHandedFiles ? '' : fileHanding().problem);
    this.sandbox = { ...sandbox, problem };
    if (problem !== '') warnOnce(problem);
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

  private end(code: number | null, signal: NodeJS.Signals | null): void {
    const how = this.describeEnd(code, signal);
    this.die(this.hasStarted ? how : `${this.child.spawnfile} ${how}`);
  }

  private describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.killReason !== null) return this.killReason;
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    const said = this.errorText.trim().split('\n');
    const reason = said.find((line) => /^\w*Error\b/.test(line)) ?? said.at(-1);
    return reason ? `${how}: ${reason}` : how;
  }

  private die(reason: string): void {
    if (this.death !== null) return;
    this.death = reason;
    if (!this.hasStarted) this.startFailure = startFailure(reason);
    alive.delete(this);
    this.listener?.onDeath(reason);
    this.onEnd(this);
  }
}

let isWarned = false;

/** Of what its user could change; other systems than Linux have no such locks. */
function warnOnce(problem: string): void {
  if (isWarned || process.platform !== 'linux') return;
  isWarned = true;
  process.emitWarning(`videos are decoded by a process that is not wholly locked in: ${problem}`, 'KinetorchWarning');
}

function startDecoder(writes: string | null): { child: ChildProcess; isHandedFiles: boolean } {
  try {
    const { command, args, env } = decoderProgram();
    const { binding } = fileHanding();
    const isHandedFiles = writes === null && binding !== null;
    const start: DecoderStart = { isHandedFiles, writes, memoryBytes: videoLimits.maxResidentBytes };
    const stdio: StdioOptions = ['pipe', 'ignore', 'pipe', 'pipe', ...(isHandedFiles ? ['pipe' as const] : [])];
    return {
      child: spawn(command, [...args, JSON.stringify(start)], { env, stdio, windowsHide: true }),
      isHandedFiles,
    };
  } catch (error) {
    throw startFailure(systemReason(error), error);
  }
}

function startFailure(reason: string, cause?: unknown): KinetorchError {
  return new KinetorchError('ERR_VIDEO_DECODER', `the decoder process could not be started: ${reason}`, { cause });
}
