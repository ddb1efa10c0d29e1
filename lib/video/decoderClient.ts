import { KinetorchError } from '../base/errors';
import { PipedProcess, type ProcessEnd } from '../base/pipedProcess';
import { systemReason } from '../base/systemReason';
import { findSandbox } from '../sandbox/findSandbox';
import { noLock, type SandboxState } from '../sandbox/sandboxState';
import { videoLimits } from './limits';
import type { DecoderCommand, DecoderReply, DecoderStart } from './protocol';

/** What the operation that runs in a decoder wants to hear. */
export interface ReplyListener {
  onReply(reply: DecoderReply, payloadBytes: number): void;
  onPayload(chunk: Buffer): void;
  /** The process is gone, for the reason given. */
  onDeath(reason: string): void;
}

/** One decoder process, seen from its parent. Holds the event loop open only while somebody waits for it. */
export class DecoderClient {
  /** Whether it has served a video before. */
  used = false;
  /** Why it never came to decode anything; null where it did. */
  startFailure: KinetorchError | null = null;
  /** What it is held to, as soon as it is ready. */
  sandbox: SandboxState = noLock;
  /** Whether its files are opened here; else it opens them itself. */
  readonly isHandedFiles: boolean;
  private readonly process: PipedProcess<DecoderCommand, DecoderReply>;
  private listener: ReplyListener | null = null;
  private death: ProcessEnd | null = null;

  /**
   * `onEnd` hears, once, that the process is gone. `writes` is the one file that it is to write, if it does not decode.
   * Throws `ERR_VIDEO_DECODER` where none can be started.
   */
  constructor(
    private readonly onEnd: (client: DecoderClient) => void,
    writes: string | null = null,
  ) {
    try {
      const { binding } = findSandbox();
      this.isHandedFiles = writes === null && binding !== null;
      const start: DecoderStart = {
        isHandedFiles: this.isHandedFiles,
        writes,
        memoryBytes: videoLimits.maxResidentBytes,
      };
      const listener = {
        onMessage: (reply: DecoderReply, payloadBytes: number) => {
          if (reply.type === 'ready') this.learn(reply.sandbox);
          this.listener?.onReply(reply, payloadBytes);
        },
        onPayload: (chunk: Buffer) => this.listener?.onPayload(chunk),
        onEnd: (end: ProcessEnd) => this.die(end),
      };
      this.process = new PipedProcess('video/decoderProcess.js', start, listener, { hasSocket: this.isHandedFiles });
    } catch (error) {
      throw startFailure(systemReason(error), error);
    }
    this.hold(false);
  }

  get isAlive(): boolean {
    return this.process.isAlive;
  }

  /** When the process last said anything, in `performance.now()`. */
  get lastHeard(): number {
    return this.process.lastHeard;
  }

  /** Whether the process ended without having been told to. */
  get diedByItself(): boolean {
    return this.death !== null && !this.death.wasKilled;
  }

  /**
   * Directs replies; the listener of a process already gone hears of it at once. One at a time: one that is put out of
   * its place would wait for ever.
   */
  listen(listener: ReplyListener | null): void {
    if (listener !== null && this.listener !== null) throw new Error('a decoder does one operation at a time');
    this.listener = listener;
    if (this.death !== null) listener?.onDeath(this.death.reason);
  }

  send(command: DecoderCommand): void {
    void this.process.send(command);
  }

  /** The same with a payload; resolves when the process has room for more, or is gone. */
  async sendWith(command: DecoderCommand, payload: Uint8Array): Promise<void> {
    this.hold(true);
    await this.process.send(command, [payload]);
    this.hold(false);
  }

  /** Hands an open file to the process, which keeps it though it is closed here. */
  hand(file: number): void {
    const { socket } = this.process;
    try {
      if (socket !== undefined) findSandbox().binding?.sendFile(socket, file);
    } catch {
      // A process that is gone takes none; that it is, is heard in time.
    }
  }

  /** Whether the process may keep this one running. */
  hold(isHeld: boolean): void {
    this.process.hold(isHeld);
  }

  kill(reason: string): void {
    this.process.kill(reason);
  }

  private learn(sandbox: SandboxState): void {
    const problem = sandbox.problem || (this.isHandedFiles ? '' : findSandbox().problem);
    this.sandbox = { ...sandbox, problem };
    if (problem !== '') warnOnce(problem);
  }

  private die(end: ProcessEnd): void {
    this.death = end;
    if (!end.hasStarted) this.startFailure = startFailure(end.reason);
    this.listener?.onDeath(end.reason);
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

function startFailure(reason: string, cause?: unknown): KinetorchError {
  return new KinetorchError('ERR_VIDEO_DECODER', `the decoder process could not be started: ${reason}`, { cause });
}
