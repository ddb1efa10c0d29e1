/**
 * The decoder process: the one place where FFmpeg is loaded and videos from outside are read. Its parent talks to it
 * over standard input and file descriptor 3 (see Note [Decoder protocol]) and kills it when it hangs; it kills itself when the parent is
 * gone.
 */
// The first: it may begin the process anew.
import '../sandbox/withoutRings';
import { closeSync, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { type ErrorCode, KinetorchError } from '../base/errors';
import { encodeMessage, MessageParser } from '../base/messages';
import { systemReason } from '../base/systemReason';
import { type Av, loadAv } from './decoder/av';
import { type ClipSink, DecodedFile } from './decoder/decodedFile';
import { EncodedFile } from './decoder/encodedFile';
import { HandedFile, type InputFile, NamedFile } from './decoder/inputFile';
import { Locksmith } from './decoder/locksmith';
import { Cancelled, Pulse } from './decoder/pulse';
import type { DecoderCommand, DecoderReply, DecoderStart } from './protocol';

/** Without a way round native destructors, leaving while FFmpeg holds buffers may crash: a signal runs none. */
const leave = () => process.kill(process.pid, 'SIGKILL');

class DecoderSession {
  private readonly av: Promise<Av>;
  private input: InputFile | null = null;
  private file: DecodedFile | null = null;
  private written: EncodedFile | null = null;
  private picture: Buffer[] = [];
  private name = '';
  private pulse = new Pulse(() => {});
  private credit = 0;
  private wake = () => {};
  private given: (problem: string | null) => void = () => {};

  constructor(
    private readonly replies: Writable,
    private readonly locksmith: Locksmith,
  ) {
    this.av = this.begin();
    // What went wrong is the answer to whoever opens a video.
    this.av.catch(() => {});
  }

  handle(command: DecoderCommand): void {
    switch (command.type) {
      case 'open':
        void this.operate(0, () => this.open(command));
        break;
      case 'read':
        void this.operate(command.credit, async (file) => file?.readClips(command.windows, this.sink()));
        break;
      case 'slide':
        void this.operate(command.credit, async (file) => file?.slide(command.windows, command.from, this.sink()));
        break;
      case 'credit':
        this.credit++;
        this.wake();
        break;
      case 'cancel':
        this.pulse.cancelled = true;
        this.wake();
        break;
      case 'given':
        this.given(command.problem);
        break;
      case 'close':
        this.close();
        break;
      case 'encode':
        void this.operate(0, async () => {
          this.name = command.path;
          this.written = new EncodedFile(await this.av, command);
        });
        break;
      case 'picture':
        this.picture = [];
        break;
      case 'finish':
        void this.operate(0, async () => this.written?.finish());
    }
  }

  /** Part of the picture that was announced; what failed before is told once. */
  receive(chunk: Buffer): void {
    this.picture.push(chunk);
    const { written, picture } = this;
    if (written === null || picture.reduce((sum, { length }) => sum + length, 0) < written.pictureBytes) return;
    try {
      written.add(Buffer.concat(picture));
    } catch (error) {
      this.written = null;
      this.send({ type: 'failed', ...this.describe(error), warnings: [] });
    }
  }

  /** Runs one operation and ends it with exactly one `done` or `failed`. */
  private async operate(credit: number, work: (file: DecodedFile | null) => Promise<void>): Promise<void> {
    this.credit = credit;
    this.pulse.cancelled = false;
    try {
      await work(this.file);
      this.send({ type: 'done', warnings: this.file?.warnings ?? [] });
    } catch (error) {
      const warnings = this.file?.warnings ?? [];
      if (error instanceof Cancelled) this.send({ type: 'done', warnings });
      else this.send({ type: 'failed', ...this.describe(error), warnings });
    }
  }

  /** Loads FFmpeg, and locks this process in before anything is done with it. */
  private async begin(): Promise<Av> {
    try {
      return await loadAv();
    } finally {
      this.send({ type: 'ready', sandbox: this.locksmith.lock() });
    }
  }

  private async open({ path, name, pictures, form }: DecoderCommand & { type: 'open' }): Promise<void> {
    this.name = name;
    const pulse = new Pulse(() => this.send({ type: 'progress' }));
    this.pulse = pulse;
    const av = await this.av;
    if (pictures === null) {
      const handed = this.locksmith.receive();
      this.input = handed ? new HandedFile(name, handed.descriptor, handed.binding) : new NamedFile(name, path);
      this.file = await DecodedFile.open(av, this.input, form, pulse);
    } else {
      const read = (file: string) => this.readPicture(path, file);
      this.file = await DecodedFile.openPictures(av, { ...pictures, name, read }, form);
    }
    this.send({ type: 'opened', info: this.file.info, frameSize: this.file.frameSize });
  }

  private async readPicture(folder: string, file: string): Promise<Buffer> {
    const given = new Promise<string | null>((resolve) => {
      this.given = resolve;
    });
    this.send({ type: 'want', picture: file });
    const problem = await given;
    if (problem !== null) throw new Error(problem);
    const handed = this.locksmith.receive();
    if (handed === null) return readFileSync(join(folder, file));
    try {
      return readFileSync(handed.descriptor);
    } finally {
      closeSync(handed.descriptor);
    }
  }

  private close(): void {
    this.file?.close();
    this.file = null;
    this.input?.close();
    this.input = null;
  }

  private sink(): ClipSink {
    return {
      begin: async (clip) => {
        while (this.credit === 0 && !this.pulse.cancelled) {
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        }
        if (this.pulse.cancelled) throw new Cancelled();
        this.credit--;
        this.send({ type: 'clip', ...clip });
      },
      frame: async (picture) => {
        if (this.pulse.cancelled) throw new Cancelled();
        this.send({ type: 'frame' }, picture.length);
        if (!this.replies.write(picture)) await new Promise((resolve) => this.replies.once('drain', resolve));
        await this.pulse.beat();
      },
    };
  }

  private describe(error: unknown): { code: ErrorCode; message: string } {
    const message = systemReason(error);
    if (!(error instanceof KinetorchError)) {
      return { code: 'ERR_VIDEO_DECODE', message: `the decoder of "${this.name}" failed: ${message}` };
    }
    return { code: error.code, message: message.includes(this.name) ? message : `"${this.name}": ${message}` };
  }

  private send(reply: DecoderReply, payloadBytes = 0): void {
    this.replies.write(encodeMessage(reply, payloadBytes));
  }
}

// Not a socket of that descriptor: Bun has none.
const replies = createWriteStream('', { fd: 3 });
const start = JSON.parse(process.argv[2] as string) as DecoderStart;
const session = new DecoderSession(replies, new Locksmith(start));
const parser = new MessageParser<DecoderCommand>({
  onMessage: (command) => session.handle(command),
  onPayload: (chunk) => session.receive(chunk),
});
process.stdin.on('data', (chunk) => parser.push(chunk));
for (const pipe of [process.stdin, replies]) pipe.on('error', leave).on('close', leave).on('end', leave);
