/** Smaller ones cost little as they are. */
const leastBytes = 64 * 1024;

/** Until what is kept is given up: of a server that is asked again and again nothing is. */
const idleMs = 10_000;

/**
 * Memory for bodies that is used again. Clips are large, and V8 takes new memory outside its heap for a reason to collect
 * garbage: at some hundred clips a second that took a fifth of two cores.
 */
export class BodyMemory {
  private readonly kept: ArrayBuffer[] = [];
  /** What is with a body. Only that comes back: a body may lie elsewhere, in memory that Node.js cuts others from. */
  private readonly taken = new WeakSet<ArrayBuffer>();
  private keptBytes = 0;
  private idle: NodeJS.Timeout | undefined;

  /** Keeps at most so many bytes. */
  constructor(private readonly mostBytes: number) {}

  /** What it holds is arbitrary, and is to be overwritten: it may have been another caller's. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const place = this.kept.findIndex(({ byteLength }) => fits(bytes, byteLength));
    const [found] = place < 0 ? [] : this.kept.splice(place, 1);
    this.keptBytes -= found?.byteLength ?? 0;
    const memory = found ?? Buffer.allocUnsafeSlow(bytes).buffer;
    if (bytes >= leastBytes) this.taken.add(memory);
    return new Uint8Array(memory, 0, bytes);
  }

  /** Takes memory back that nobody will read or write any more; of what was not taken, or came back before, none. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (!this.taken.delete(buffer) || this.keptBytes + buffer.byteLength > this.mostBytes) return;
    this.kept.unshift(buffer);
    this.keptBytes += buffer.byteLength;
    this.idle ??= setTimeout(() => this.giveUp(), idleMs).unref();
    this.idle.refresh();
  }

  private giveUp(): void {
    this.kept.length = 0;
    this.keptBytes = 0;
    this.idle = undefined;
  }
}

/** A little larger is near enough; much would be wasted. */
const fits = (bytes: number, memory: number) => bytes >= leastBytes && bytes <= memory && memory <= bytes * 1.25;
