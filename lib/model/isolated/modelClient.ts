import { KinetorchError } from '../../base/errors';
import { gathering } from '../../base/messages';
import { packArrays, unpackArrays } from '../../base/packArrays';
import { PipedProcess } from '../../base/pipedProcess';
import { systemReason } from '../../base/systemReason';
import { libtorchLocation, nativeError } from '../../native';
import type { ModelCalls, ModelCommand, ModelMethod, ModelReply } from './messages';
import { replySchema } from './replySchemas';

/** Of one answer. */
const maxPayloadBytes = 2 ** 30;
/** As LibTorch's OpenMP reads them. */
const openMpVariables = ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_WAIT_POLICY', 'GOMP_SPINCOUNT', 'OMP_PROC_BIND'];

interface Call {
  resolve(result: unknown): void;
  reject(error: KinetorchError): void;
}

/**
 * The process of an isolated model, seen from its parent. Holds the event loop open only while a call is under way. Where it
 * ends, or says what it should not, or nothing for `silenceMs` while something is asked of it, all that was asked fails with
 * `ERR_MODEL_PROCESS`.
 */
export class ModelClient {
  /** As the process told them last; not checked. */
  stats: unknown = null;
  private readonly process: PipedProcess<ModelCommand, ModelReply>;
  private readonly calls = new Map<number, Call>();
  private nextId = 0;
  private death: string | null = null;
  private watchdog: NodeJS.Timeout | undefined;

  /** Throws `ERR_MODEL_PROCESS` where no process can be started. */
  constructor(private readonly silenceMs: number) {
    const heard = gathering<ModelReply>((reply, payload) => this.hear(reply, payload));
    try {
      this.process = new PipedProcess<ModelCommand, ModelReply>(
        'model/isolated/modelProcess.js',
        {},
        {
          onMessage: (reply, payloadBytes) => {
            if (payloadBytes > maxPayloadBytes) throw new Error(`an answer of ${payloadBytes} bytes`);
            heard.onMessage(reply, payloadBytes);
          },
          onPayload: heard.onPayload,
          onEnd: ({ reason }) => this.die(reason),
        },
        { variables: { LIBTORCH: libtorchLocation().found?.path, ...openMp() } },
      );
    } catch (error) {
      throw processError(`could not be started: ${systemReason(error)}`, error);
    }
    this.hold();
  }

  get isAlive(): boolean {
    return this.process.isAlive;
  }

  /** `id` is {@link reserveId}'s, where the call may be cancelled. What it gives is as the process says, and not checked. */
  call<Method extends ModelMethod>(
    method: Method,
    args: ModelCalls[Method]['args'],
    id = this.nextId++,
  ): Promise<unknown> {
    if (this.death !== null) return Promise.reject(processError(this.death));
    const { value, payload } = packArrays(args);
    const answered = new Promise<unknown>((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
    });
    void this.process.send({ id, method, args: value }, payload);
    this.hold();
    return answered;
  }

  reserveId(): number {
    return this.nextId++;
  }

  cancel(id: number, code: string, message: string): void {
    if (this.calls.has(id)) void this.process.send({ id, method: 'cancel', args: { code, message } });
  }

  kill(reason: string): void {
    this.process.kill(reason);
  }

  private hear(said: unknown, payload: Buffer): void {
    const reply = replySchema.safeParse(said);
    if (!reply.success) throw new Error('no answer');
    const { id, stats, result, failure } = reply.data;
    const call = this.calls.get(id);
    if (call === undefined) throw new Error('an answer to nothing that was asked');
    const unpacked = unpackArrays(result, payload);
    this.stats = stats;
    this.calls.delete(id);
    if (failure === undefined) call.resolve(unpacked);
    else call.reject(nativeError(failure));
    this.hold();
  }

  private die(reason: string): void {
    this.death = reason;
    const calls = [...this.calls.values()];
    this.calls.clear();
    this.hold();
    for (const { reject } of calls) reject(processError(reason));
  }

  /** Keeps this process running, and its child watched, for as long as something is asked. */
  private hold(): void {
    const isAsked = this.calls.size > 0;
    this.process.hold(isAsked);
    clearTimeout(this.watchdog);
    if (!isAsked) return;
    this.watchdog = setTimeout(() => {
      this.kill(`was stopped because it did not answer for ${this.silenceMs / 1000} s`);
    }, this.silenceMs);
  }
}

export function processError(reason: string, cause?: unknown): KinetorchError {
  return new KinetorchError('ERR_MODEL_PROCESS', `the process of an isolated model ${reason}`, { cause });
}

const openMp = () => Object.fromEntries(openMpVariables.map((name) => [name, process.env[name]]));
