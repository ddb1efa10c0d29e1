import type { z } from 'zod';
import type { NativeStats } from '../../../binding';
import { type ErrorCode, KinetorchError } from '../../base/errors';
import { gathering, totalBytes } from '../../base/messages';
import { packArrays, unpackArrays } from '../../base/packArrays';
import { PipedProcess } from '../../base/pipedProcess';
import { systemReason } from '../../base/systemReason';
import { libtorchLocation } from '../../native';
import type { ModelCalls, ModelCommand, ModelMethod, ModelReply } from './messages';
import { knownFailure, replySchema } from './replySchemas';

const maxPayloadBytes = 2 ** 32 - 1;
/** How many times the silence that ends a process a call may go without an answer while others are answered. */
const longestCall = 12;
/** As LibTorch's OpenMP reads them. */
const openMpVariables = ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_WAIT_POLICY', 'GOMP_SPINCOUNT', 'OMP_PROC_BIND'];

type CheckedReply = z.output<typeof replySchema>;

interface Call {
  method: ModelMethod;
  /** Of its answer's arrays, at most. */
  answerBytes: number;
  askedAt: number;
  resolve(result: unknown): void;
  reject(error: KinetorchError): void;
}

/**
 * The process of an isolated model, seen from its parent. Holds the event loop open only while a call is under way. Where it
 * ends, or says what it should not, or answers nothing for `silenceMs` while something is asked of it, all that was asked fails
 * with `ERR_MODEL_PROCESS`.
 */
export class ModelClient {
  /** As the process told them last; null until it has loaded. */
  stats: NativeStats | null = null;
  private readonly process: PipedProcess<ModelCommand, ModelReply>;
  /** The oldest first. */
  private readonly calls = new Map<number, Call>();
  private nextId = 0;
  /** When something was asked of it that had nothing to do, or it answered. */
  private heardAt = 0;
  private death: string | null = null;
  private watchdog: NodeJS.Timeout | undefined;

  /** Throws `ERR_MODEL_PROCESS` where no process can be started. */
  constructor(private silenceMs: number) {
    const gathered = gathering<CheckedReply>((reply, payload) => this.hear(reply, payload));
    const listener = {
      onMessage: (reply: ModelReply, payloadBytes: number) => {
        gathered.onMessage(this.checked(reply, payloadBytes), payloadBytes);
      },
      onPayload: gathered.onPayload,
      onEnd: ({ reason }: { reason: string }) => this.die(reason),
    };
    const variables = { LIBTORCH: libtorchLocation().found?.path, ...openMp() };
    try {
      this.process = new PipedProcess('model/isolated/modelProcess.js', {}, listener, { variables });
    } catch (error) {
      throw processError(`could not be started: ${systemReason(error)}`, error);
    }
    this.watch();
  }

  get isAlive(): boolean {
    return this.process.isAlive;
  }

  /**
   * What it gives is as the process says, and not checked, but that its arrays have at most `answerBytes`. `id` is
   * {@link reserveId}'s, where the call may be cancelled.
   */
  async call<Method extends ModelMethod>(
    method: Method,
    args: ModelCalls[Method]['args'],
    answerBytes: number,
    id = this.nextId++,
  ): Promise<unknown> {
    if (this.death !== null) throw processError(this.death);
    const { value, payload } = packArrays(args);
    const bytes = totalBytes(payload);
    if (bytes > maxPayloadBytes) {
      const what = `expected at most ${maxPayloadBytes} bytes at once for an isolated model but received ${bytes}`;
      throw new KinetorchError('ERR_UNSUPPORTED', what);
    }
    if (this.calls.size === 0) this.heardAt = performance.now();
    const answered = new Promise<unknown>((resolve, reject) => {
      this.calls.set(id, { method, answerBytes, askedAt: performance.now(), resolve, reject });
    });
    void this.process.send({ id, method, args: value }, payload);
    this.watch();
    return answered;
  }

  reserveId(): number {
    return this.nextId++;
  }

  cancel(id: number, code: string, message: string): void {
    if (this.calls.has(id)) void this.process.send({ id, method: 'cancel', args: { code, message } });
  }

  /** From now on, for so long it may answer nothing. */
  hurry(silenceMs: number): void {
    this.silenceMs = silenceMs;
    this.watch();
  }

  kill(reason: string): void {
    this.process.kill(reason);
  }

  /** Before the payload of an answer is gathered. Throws where it is none. */
  private checked(said: unknown, payloadBytes: number): CheckedReply {
    const reply = replySchema.safeParse(said);
    const call = reply.success ? this.calls.get(reply.data.id) : undefined;
    if (!reply.success || call === undefined) throw new Error('an answer to nothing that was asked');
    if (payloadBytes > call.answerBytes) throw new Error(`an answer of ${payloadBytes} bytes`);
    return reply.data;
  }

  private hear({ id, stats, result, failure }: CheckedReply, payload: Buffer): void {
    const unpacked = unpackArrays(result, payload);
    const call = this.calls.get(id) as Call;
    this.calls.delete(id);
    this.stats = stats;
    this.heardAt = performance.now();
    this.watch();
    if (failure === undefined) call.resolve(unpacked);
    else call.reject(failureOf(call.method, failure));
  }

  private die(reason: string): void {
    this.death = reason;
    const calls = [...this.calls.values()];
    this.calls.clear();
    this.watch();
    for (const { reject } of calls) reject(processError(reason));
  }

  /** Keeps this process running, and looks after its child, for as long as something is asked. */
  private watch(): void {
    const [oldest] = this.calls.values();
    this.process.hold(oldest !== undefined);
    clearTimeout(this.watchdog);
    if (oldest === undefined) return;
    const latest = Math.min(this.heardAt + this.silenceMs, oldest.askedAt + longestCall * this.silenceMs);
    const late = () => this.kill(`was stopped because it did not answer for ${this.silenceMs / 1000} s`);
    this.watchdog = setTimeout(late, Math.max(0, latest - performance.now()));
  }
}

export function processError(reason: string, cause?: unknown): KinetorchError {
  return new KinetorchError('ERR_MODEL_PROCESS', `the process of an isolated model ${reason}`, { cause });
}

function failureOf(method: ModelMethod, { code, message }: { code: string; message: string }): KinetorchError {
  if (knownFailure(method, code)) return new KinetorchError(code as ErrorCode, message);
  return processError(`failed: ${message}`);
}

const openMp = () => Object.fromEntries(openMpVariables.map((name) => [name, process.env[name]]));
