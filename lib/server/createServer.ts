import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../base/errors';
import { parseOptions } from '../base/validation';
import { answerErrors } from './http/answerErrors';
import { ApiKeys } from './http/apiKeys';
import { appOptions } from './http/appOptions';
import { BodyMemory } from './http/bodyMemory';
import { boundBodies } from './http/boundBodies';
import { closeAnswers } from './http/closeAnswers';
import { continueWhenWanted } from './http/continueWhenWanted';
import { knowCaller } from './http/knowCaller';
import { limitRate, type RateLimit } from './http/limitRate';
import { limitSendTime } from './http/limitSendTime';
import { describeRoutes } from './http/openApi';
import { loadServerPackages } from './http/peers';
import { PendingBytes } from './http/pendingBytes';
import { readRests } from './http/readRests';
import { limitReceiveTime } from './http/receiveTimeout';
import { refuseOddHeads } from './http/refuseOddHeads';
import { refuseOtherMethods } from './http/refuseOtherMethods';
import { refuseOtherSites } from './http/refuseOtherSites';
import { keepRecords } from './http/requestRecord';
import { requireKey } from './http/requireKey';
import { inferenceRoutes } from './inference/inferenceRoutes';
import { AnswerCache } from './models/answerCache';
import { ModelRepository } from './models/modelRepository';
import { logRequests } from './operation/logRequests';
import { metricsRoute } from './operation/metrics/metricsRoute';
import { RequestsInWork } from './operation/requestsInWork';
import { ServerPhase } from './operation/serverPhase';
import { takeWork } from './operation/takeWork';
import { traceRequests } from './operation/tracing';
import { type FilledServerOptions, type ServerOptions, serverOptions } from './options';
import { pageRoutes } from './page/pageRoutes';
import { RunningServer } from './runningServer';
import type { ServerContext } from './serverContext';
import { streamRoutes } from './streams/streamRoutes';
import type { VideoServer } from './videoServer';
import { VideoAdmission } from './videos/videoAdmission';
import { videoRoutes } from './videos/videoRoutes';

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
    models: new ModelRepository(filled, (path, reason) => app.log.info({ path, reason }, 'no model')),
    phase: new ServerPhase(),
    inWork: new RequestsInWork(),
    pending: new PendingBytes(filled.maxPendingBytes),
    memory: new BodyMemory(Math.min(filled.maxPendingBytes, 64 * 2 ** 20)),
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
  return new RunningServer(app, context);
}

/** What every request goes through before its route, in this order: whoever is refused costs no more than that. */
async function guardRequests(app: FastifyInstance, context: ServerContext, rateLimit: RateLimit): Promise<void> {
  const { options, keys, phase, inWork, pending } = context;
  app.server.maxConnections = options.maxConnections;
  closeAnswers(app);
  keepRecords(app);
  logRequests(app);
  traceRequests(app);
  takeWork(app, phase, inWork);
  if (!keys.areAsked && !options.noAuth) refuseOtherSites(app);
  knowCaller(app, keys);
  await limitRate(app, rateLimit, options.maxRate);
  requireKey(app, keys);
  refuseOddHeads(app);
  boundBodies(app, options, pending);
  limitReceiveTime(app, options.receiveTimeoutMs);
  limitSendTime(app, options.sendTimeoutMs);
  continueWhenWanted(app);
  readRests(app);
}

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Nobody opens a server to a network by an address alone. */
function requireKeys({ host, apiKeys, apiKeysFile, noAuth }: FilledServerOptions): void {
  if (loopback.test(host) || noAuth || (apiKeys?.length ?? 0) > 0 || apiKeysFile !== undefined) return;
  throw invalidArgument(
    'host',
    'an address of this machine, such as 127.0.0.1, unless there are keys (`apiKeysFile`) or `noAuth`,',
    host,
  );
}
