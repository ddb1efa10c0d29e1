import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Hears of a request that is over. */
type Over = (request: FastifyRequest, reply: FastifyReply) => void;

declare module 'fastify' {
  interface FastifyInstance {
    /** Called, in this order, when a request is over: it was answered, or whoever asked has gone. */
    whenOver: Over[];
  }
  interface FastifyRequest {
    record: RequestRecord;
  }
}

/** What a request's time goes to, besides its own handler's. */
export type StepName = 'receive' | 'queue' | 'decode' | 'run';

/** One kind of step, of which a request of many clips takes many, also at the same time. */
export interface Step {
  /** When the first of them began and the last ended, in `performance.now()`. */
  beganAt: number;
  endedAt: number;
  /** Of all together, in milliseconds. */
  ms: number;
  count: number;
}

/** What becomes of a request: for its line in the log, and its spans. */
export class RequestRecord {
  /** In `performance.now()`. */
  readonly beganAt = performance.now();
  readonly steps = new Map<StepName, Step>();
  /** Of the model, as soon as it is known. */
  model: string | undefined;
  /** Of the key that was given, where it is known. */
  holder: string | null = null;
  /** Whether the answer came out of the cache. */
  isCached = false;
  private readonly bytesBefore: number;

  constructor(private readonly request: FastifyRequest) {
    this.bytesBefore = request.socket.bytesWritten ?? 0;
  }

  /** The key's holder, else the address. */
  get caller(): string {
    return this.holder ?? this.request.ip;
  }

  /** A step that has ended; times are those of `performance.now()`. */
  step(name: StepName, beganAt: number, endedAt = performance.now()): void {
    const known = this.steps.get(name);
    if (known === undefined) {
      this.steps.set(name, { beganAt, endedAt, ms: endedAt - beganAt, count: 1 });
      return;
    }
    known.beganAt = Math.min(known.beganAt, beganAt);
    known.endedAt = Math.max(known.endedAt, endedAt);
    known.ms += endedAt - beganAt;
    known.count++;
  }

  msOf(name: StepName): number | undefined {
    return this.steps.get(name)?.ms;
  }

  /** Of the body; undefined where it comes in chunks. */
  get bytesIn(): number | undefined {
    const { headers } = this.request;
    if (headers['transfer-encoding'] !== undefined) return undefined;
    return Number(headers['content-length'] ?? 0);
  }

  /** Of the answer, its head included, as far as it was written. */
  get bytesOut(): number {
    return (this.request.socket.bytesWritten ?? 0) - this.bytesBefore;
  }
}

/**
 * Gives each request its record, knows when a body that is held has come, and tells when a request is over. Fastify's own
 * `onResponse` says nothing of one whose caller has gone.
 */
export function keepRecords(app: FastifyInstance): void {
  app.decorate('whenOver', []);
  app.decorateRequest('record');
  app.addHook('onRequest', (request, reply, done) => {
    request.record = new RequestRecord(request);
    reply.raw.once('close', () => {
      for (const tell of app.whenOver) tell(request, reply);
    });
    done();
  });
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.body !== undefined) request.record.step('receive', request.record.beganAt);
    done();
  });
}
