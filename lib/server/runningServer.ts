import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { KinetorchError } from '../base/errors';
import { listenAt } from './http/listenAt';
import { requireModels } from './models/findModels';
import type { ModelChange } from './models/modelChange';
import type { ServerContext } from './serverContext';
import type { VideoServer } from './videoServer';

/** How long what is still in work may take to be told that it was given up, and connections to end by themselves. */
const farewellMs = 1000;

/** A server, with what the rooms behind it share. */
export class RunningServer implements VideoServer {
  private closing: Promise<void> | null = null;

  constructor(
    private readonly app: FastifyInstance,
    readonly context: ServerContext,
  ) {}

  async listen(onLoaded: (model: { name: string; error: unknown }) => void = () => {}): Promise<string> {
    const { options } = this.context;
    await requireModels(options);
    await listenAt(this.app, options);
    this.context.models
      .loadAll((model, error) => {
        this.log({ name: model.name, outcome: error === null ? 'loaded' : 'failed', error });
        onLoaded({ name: model.name, error });
      })
      .catch((error: unknown) => this.app.log.error(told(error), 'not all models were loaded'));
    return this.address;
  }

  get address(): string {
    const { address, port, family } = this.app.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  reload(): Promise<ModelChange[]> {
    return this.context.models.reload((change) => this.log(change));
  }

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
    if (outcome === 'failed') this.app.log.error({ model: name, ...told(error) }, 'model not loaded');
    else this.app.log.info({ model: name }, `model ${outcome}`);
  }
}

/** Of what is wrong with a file its message says all; a fault has to be found by where it arose. */
function told(error: unknown): object {
  const isFault = !(error instanceof KinetorchError) || error.code === 'ERR_INTERNAL';
  return isFault ? { err: error } : { code: error.code, reason: error.message };
}
