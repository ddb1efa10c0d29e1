import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { type DecoderCommand, type DecoderReply, encodeMessage, MessageParser } from './protocol';

/** The child runs as plain JavaScript; when this file runs from its TypeScript source, under Jest, the built one serves. */
const entry = join(__dirname, __filename.endsWith('.ts') ? '../../dist/video' : '', 'decoderProcess.js');

/** Nothing of the parent's environment that may hold secrets or change how Node starts. */
const passedEnvironment = ['PATH', 'SystemRoot', 'TEMP', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];

const keptErrorBytes = 2000;

/** What the operation that runs in a decoder wants to hear. */
export interface ReplyListener {
  onReply(reply: DecoderReply, payloadBytes: number): void;
  onPayload(chunk: Buffer): void;
  /** The process is gone, for the reason given. */
  onDeath(reason: string): void;
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
  private readonly child: ChildProcess;
  private readonly channel: Duplex & { ref(): void; unref(): void };
  private readonly parser: MessageParser<DecoderReply>;
  private listener: ReplyListener | null = null;
  private killReason: string | null = null;
  private errorText = '';
  private death: string | null = null;

  /** `onEnd` hears, once, that the process is gone. */
  constructor(private readonly onEnd: (client: DecoderClient) => void) {
    const env = Object.fromEntries(passedEnvironment.map((name) => [name, process.env[name]]));
    this.child = spawn(process.execPath, [entry], {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.channel = this.child.stdio[3] as typeof this.channel;
    this.parser = new MessageParser<DecoderReply>({
      onMessage: (reply, payloadBytes) => this.listener?.onReply(reply, payloadBytes),
      onPayload: (chunk) => this.listener?.onPayload(chunk),
    });
    this.channel.on('data', (chunk: Buffer) => this.receive(chunk));
    // A broken pipe is followed by the end of the process, which says why.
    this.channel.on('error', () => {});
    (this.child.stderr as Readable).on('data', (chunk: Buffer) => {
      this.errorText = (this.errorText + chunk.toString()).slice(-keptErrorBytes);
    });
    this.child.on('error', (error) => this.die(`could not be started: ${error.message}`));
    this.child.on('close', (code, signal) => this.die(this.describeEnd(code, signal)));
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
    if (this.channel.writable) this.channel.write(encodeMessage(command));
  }

  /** Whether the process may keep this one running. */
  hold(isHeld: boolean): void {
    const method = isHeld ? 'ref' : 'unref';
    this.child[method]();
    this.channel[method]();
    (this.child.stderr as Readable & { ref(): void; unref(): void })[method]();
  }

  kill(reason: string): void {
    this.killReason ??= reason;
    this.child.kill('SIGKILL');
  }

  private receive(chunk: Buffer): void {
    this.lastHeard = performance.now();
    try {
      this.parser.push(chunk);
    } catch (error) {
      this.kill(`was stopped because it sent ${(error as Error).message}`);
    }
  }

  private describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.killReason !== null) return this.killReason;
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    const said = this.errorText.trim().split('\n').at(-1);
    return said ? `${how}: ${said}` : how;
  }

  private die(reason: string): void {
    if (this.death !== null) return;
    this.death = reason;
    alive.delete(this);
    this.listener?.onDeath(reason);
    this.onEnd(this);
  }
}
