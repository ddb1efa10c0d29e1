import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../base/errors';
import { parseOptions } from '../base/validation';
import { answerErrors } from './http/answerErrors';
import { loadServerPackages } from './http/peers';
import { inferenceRoutes } from './inference/inferenceRoutes';
import { ModelRepository } from './models/modelRepository';
import type { ServedModel } from './models/servedModel';
import { ServerPhase } from './operation/serverPhase';
import { type FilledServerOptions, type ServerOptions, serverOptions } from './options';
import { pageRoutes } from './page/pageRoutes';
import type { ServerContext } from './serverContext';

/** A server of models. Made by {@link createServer}. */
export class VideoServer implements AsyncDisposable {
  private readonly context: ServerContext;

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
    void this.context.models
      .loadAll((model: ServedModel, error) => onLoaded({ name: model.name, error }))
      .catch(() => {});
    return this.address;
  }

  /** Where it listens. */
  get address(): string {
    const { address, port, family } = this.app.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /**
   * Ends in order: says at once that it is not ready, goes on taking work for `graceMs`, refuses it then, and resolves when
   * what was accepted is done, or `drainMs` are over.
   */
  async close(): Promise<void> {
    this.context.phase.leave();
    await new Promise((resolve) => setTimeout(resolve, this.context.options.graceMs));
    this.context.phase.drain();
    await this.app.close();
    await this.context.models.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A server for video: the Open Inference Protocol (version 2), videos in and labels out, and a page to try it.
 *
 * @example
 * const server = await createServer({ models: { moves: 'camera-motion.pt' }, port: 8000 });
 * console.log(await server.listen());
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`; `ERR_UNSUPPORTED` where its packages are not installed
 */
export async function createServer(options: ServerOptions = {}): Promise<VideoServer> {
  const filled = parseOptions(serverOptions, options);
  requireKeys(filled);
  const { fastify } = await loadServerPackages();
  const app = fastify({
    logger: false,
    bodyLimit: filled.maxBodyBytes,
    requestTimeout: filled.receiveTimeoutMs,
    return503OnClosing: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const context = { options: filled, models: new ModelRepository(filled), phase: new ServerPhase() };
  answerErrors(app);
  await app.register(async (room) => inferenceRoutes(room, context));
  if (filled.page) await app.register(pageRoutes);
  return new VideoServer(app, context);
}

const loopback = /^(127\.|::1$|localhost$)/;

/** Nobody opens a server to a network by an address alone. */
function requireKeys({ host, apiKeys, apiKeysFile, noAuth }: FilledServerOptions): void {
  if (loopback.test(host) || noAuth || apiKeys !== undefined || apiKeysFile !== undefined) return;
  throw invalidArgument(
    'host',
    'an address of this machine, such as 127.0.0.1, unless there are `apiKeys`, `apiKeysFile` or `noAuth`,',
    host,
  );
}
