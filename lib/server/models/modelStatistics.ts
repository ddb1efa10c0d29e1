import { KinetorchError } from '../../base/errors';

/** How often something was done, and the nanoseconds that it took together. */
export interface Duration {
  count: number;
  ns: number;
}

/**
 * Why a request failed, as Triton's metrics call it: turned away or given up while it waited, left by its caller, failed in
 * the network or the decoder, or anything else, such as a request that says too little.
 */
export type FailureReason = 'REJECTED' | 'CANCELED' | 'BACKEND' | 'OTHER';

/** What became of a request that was answered; times in milliseconds. */
export interface Inference {
  /** Of each clip. `waitedMs` is the time in both queues. */
  clips: readonly { waitedMs: number; runMs: number; batchSize: number }[];
  /** Until its clips could be queued: read, unpacked, checked. */
  inputMs: number;
  /** From results to the bytes of the answer. */
  outputMs: number;
  totalMs: number;
}

/** Of the batches of one size. */
export interface BatchStatistics {
  /** Clips that were in one, of which each stands for its share of a batch. */
  clips: number;
  inputNs: number;
  inferNs: number;
  outputNs: number;
}

/** What a model has done for callers since the server was started, whichever of its networks did it. */
export class ModelStatistics {
  /** Milliseconds since 1970; 0: never. */
  lastInference = 0;
  /** Clips. */
  inferences = 0;
  readonly success: Duration = { count: 0, ns: 0 };
  readonly fail: Duration = { count: 0, ns: 0 };
  /** Those of `fail` whose caller went away. */
  readonly cancelled: Duration = { count: 0, ns: 0 };
  readonly queue: Duration = { count: 0, ns: 0 };
  readonly input: Duration = { count: 0, ns: 0 };
  readonly infer: Duration = { count: 0, ns: 0 };
  readonly output: Duration = { count: 0, ns: 0 };
  /** Looking for an answer that was kept, where there was one, */
  readonly cacheHit: Duration = { count: 0, ns: 0 };
  /** and where there was none. */
  readonly cacheMiss: Duration = { count: 0, ns: 0 };
  readonly failures: Record<FailureReason, number> = { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 };
  /** By clips in a batch. */
  readonly batches = new Map<number, BatchStatistics>();

  /** Batches that ran: those that were shared with others count by the share. */
  get executions(): number {
    return Math.round([...this.batches].reduce((sum, [size, { clips }]) => sum + clips / size, 0));
  }

  succeeded({ clips, inputMs, outputMs, totalMs }: Inference): void {
    this.lastInference = Date.now();
    this.inferences += clips.length;
    const most = (of: 'waitedMs' | 'runMs') => clips.reduce((max, clip) => Math.max(max, clip[of]), 0);
    add(this.success, totalMs);
    add(this.queue, most('waitedMs'));
    add(this.input, inputMs);
    add(this.infer, most('runMs'));
    add(this.output, outputMs);
    for (const { runMs, batchSize } of clips) {
      const batch = this.batches.get(batchSize) ?? { clips: 0, inputNs: 0, inferNs: 0, outputNs: 0 };
      this.batches.set(batchSize, batch);
      batch.clips++;
      batch.inputNs += nanoseconds(inputMs / clips.length);
      batch.inferNs += nanoseconds(runMs / batchSize);
      batch.outputNs += nanoseconds(outputMs / clips.length);
    }
  }

  lookedUp(isHit: boolean, ms: number): void {
    add(isHit ? this.cacheHit : this.cacheMiss, ms);
  }

  failed(error: unknown, totalMs: number): void {
    const reason = reasonOf(error);
    this.failures[reason]++;
    add(this.fail, totalMs);
    if (reason === 'CANCELED') add(this.cancelled, totalMs);
  }
}

const nanoseconds = (ms: number) => Math.round(ms * 1e6);

function add(duration: Duration, ms: number): void {
  duration.count++;
  duration.ns += nanoseconds(ms);
}

function reasonOf(error: unknown): FailureReason {
  if (!(error instanceof KinetorchError)) return 'OTHER';
  switch (error.code) {
    case 'ERR_ABORTED':
      return 'CANCELED';
    case 'ERR_QUEUE_FULL':
    case 'ERR_TIMEOUT':
    case 'ERR_DISPOSED':
      return 'REJECTED';
    case 'ERR_INVALID_ARGUMENT':
    case 'ERR_CLIP_SHAPE':
    case 'ERR_CLIP_DATA':
    case 'ERR_UNSUPPORTED':
      return 'OTHER';
    default:
      return 'BACKEND';
  }
}
