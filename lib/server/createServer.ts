import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../base/errors';
import { parseOptions } from '../base/validation';
import { answerErrors } from './http/answerErrors';
import { ApiKeys } from './http/apiKeys';
import { appOptions } from './http/appOptions';
import { boundBodies } from './http/boundBodies';
import { continueWhenWanted } from './http/continueWhenWanted';
import { limitRate, type RateLimit } from './http/limitRate';
import { describeRoutes } from './http/openApi';
import { loadServerPackages } from './http/peers';
import { PendingBytes } from './http/pendingBytes';
import { limitReceiveTime } from './http/receiveTimeout';
import { refuseOtherMethods } from './http/refuseOtherMethods';
import { keepRecords } from './http/requestRecord';
import { requireKey } from './http/requireKey';
import { inferenceRoutes } from './inference/inferenceRoutes';
import { AnswerCache } from './models/answerCache';
import { type ModelChange, ModelRepository } from './models/modelRepository';
import { logRequests } from './operation/logRequests';
import { metricsRoute } from './operation/metrics/metricsRoute';
import { RequestsInWork } from './operation/requestsInWork';
import { ServerPhase } from './operation/serverPhase';
import { takeWork } from './operation/takeWork';
import { traceRequests } from './operation/tracing';
import { type FilledServerOptions, type ServerOptions, serverOptions } from './options';
import { pageRoutes } from './page/pageRoutes';
import type { ServerContext } from './serverContext';
import { streamRoutes } from './streams/streamRoutes';
import { VideoAdmission } from './videos/videoAdmission';
import { videoRoutes } from './videos/videoRoutes';

/** How long what is still in work may take to be told that it was given up, and connections to end by themselves. */
const farewellMs = 1000;

/** A server of models. Made by {@link createServer}. */
export class VideoServer implements AsyncDisposable {
  /** @internal */
  readonly context: ServerContext;
  private closing: Promise<void> | null = null;

  /** @internal */
  constructor(
    private readonly app: FastifyInstance,
    context: ServerContext,
  ) {
    this.context = context;
  }

  /**
   * Begins to listen, then loads the models; ready when the last of them is. Resolves with the address, for example
   * `http://127.0.0.1:8000`, before they are loaded.
   */
  async listen(onLoaded: (model: { name: string; error: unknown }) => void = () => {}): Promise<string> {
    const { host, port } = this.context.options;
    await this.app.listen({ host, port });
    this.context.models
      .loadAll((model, error) => {
        this.log({ name: model.name, outcome: error === null ? 'loaded' : 'failed', error });
        onLoaded({ name: model.name, error });
      })
      .catch((error: unknown) => this.app.log.error({ err: error }, 'not all models were loaded'));
    return this.address;
  }

  /** Where it listens. */
  get address(): string {
    const { address, port, family } = this.app.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /**
   * Loads models that are new or whose files have changed, each beside the one that serves, which it takes over from between
   * two clips; unloads those that are gone. One that cannot be loaded leaves the one before at work.
   *
   * @returns What became of each model, in their order.
   *
   * @example
   * const failed = (await server.reload()).filter(({ outcome }) => outcome === 'failed');
   *
   * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS` where it cannot be seen which models there are; all stays
   */
  reload(): Promise<ModelChange[]> {
    return this.context.models.reload((change) => this.log(change));
  }

  /**
   * Ends in order: says at once that it is not ready, goes on taking work for `graceMs`, refuses it then, and resolves when
   * what was accepted is done, or, after `drainMs`, was answered 503. Called again, it is the same end.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async end(): Promise<void> {
    const { phase, inWork, options, models, keys } = this.context;
    const wasReady = models.isReady;
    phase.leave();
    this.app.log.info({ graceMs: options.graceMs }, 'leaving: not ready any more');
    // Nobody was told to send requests to one that never was ready.
    if (wasReady) await setTimeout(options.graceMs);
    phase.drain();
    this.app.log.info({ inWork: inWork.count }, 'draining: no new work is taken');
    // By now nobody sends new requests here: the connections that he kept for them can go.
    this.app.server.closeIdleConnections();
    if (!(await inWork.none(options.drainMs))) {
      this.app.log.warn({ inWork: inWork.count }, 'giving up what is still in work');
      phase.giveUp();
      await inWork.none(farewellMs);
    }
    const closed = this.app.close();
    // Half a request, for example, would hold its connection, and that the server.
    const last = globalThis.setTimeout(() => this.app.server.closeAllConnections(), farewellMs);
    await closed;
    clearTimeout(last);
    keys.close();
    await models.dispose();
  }

  private log({ name, outcome, error }: ModelChange): void {
    if (outcome === 'failed') this.app.log.error({ model: name, err: error }, 'model not loaded');
    else this.app.log.info({ model: name }, `model ${outcome}`);
  }
}

/**
 * A server for video: the Open Inference Protocol (version 2), videos in and labels out, and a page to try it.
 *
 * @example
 * const server = await createServer({ models: { moves: 'camera-motion.pt' }, port: 8000 });
 * console.log(await server.listen());
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`; `ERR_FILE_NOT_FOUND` and `ERR_FILE_ACCESS` for a file of keys;
 * `ERR_UNSUPPORTED` where its packages are not installed
 */
export async function createServer(options: ServerOptions = {}): Promise<VideoServer> {
  const filled = parseOptions(serverOptions, options);
  requireKeys(filled);
  const { fastify, rateLimit } = await loadServerPackages();
  const app = fastify(appOptions(filled, fastify));
  const keys = new ApiKeys(filled, (error) => {
    if (error === null) app.log.info('the file of keys was read again');
    else app.log.error({ err: error }, 'the file of keys could not be read again: those before stay');
  });
  const context: ServerContext = {
    options: filled,
    keys,
    models: new ModelRepository(filled),
    phase: new ServerPhase(),
    inWork: new RequestsInWork(),
    pending: new PendingBytes(filled.maxPendingBytes),
    videos: new VideoAdmission(filled.maxVideos),
    answers: new AnswerCache(filled.cacheBytes),
  };
  answerErrors(app);
  await guardRequests(app, context, rateLimit);
  const routes = describeRoutes(app);
  await metricsRoute(app, context);
  await app.register(async (room) => inferenceRoutes(room, context));
  await app.register(async (room) => videoRoutes(room, context));
  await app.register(async (room) => streamRoutes(room, context));
  if (filled.page) await app.register(pageRoutes);
  refuseOtherMethods(app, routes);
  return new VideoServer(app, context);
}

/** What every request goes through before its route, in this order: whoever is refused costs no more than that. */
async function guardRequests(app: FastifyInstance, context: ServerContext, rateLimit: RateLimit): Promise<void> {
  const { options, keys, phase, inWork, pending } = context;
  app.server.maxConnections = options.maxConnections;
  keepRecords(app);
  logRequests(app);
  traceRequests(app);
  takeWork(app, phase, inWork);
  requireKey(app, keys);
  await limitRate(app, rateLimit, options.maxRate);
  boundBodies(app, options, pending);
  limitReceiveTime(app, options.receiveTimeoutMs);
  continueWhenWanted(app);
}

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Nobody opens a server to a network by an address alone. */
function requireKeys({ host, apiKeys, apiKeysFile, noAuth }: FilledServerOptions): void {
  if (loopback.test(host) || noAuth || apiKeys !== undefined || apiKeysFile !== undefined) return;
  throw invalidArgument(
    'host',
    'an address of this machine, such as 127.0.0.1, unless there are `apiKeys`, `apiKeysFile` or `noAuth`,',
    host,
  );
}
