import type { ModelRepository } from './models/modelRepository';
import type { ServerPhase } from './operation/serverPhase';
import type { FilledServerOptions } from './options';

/** What the rooms of a server share. */
export interface ServerContext {
  readonly options: FilledServerOptions;
  readonly models: ModelRepository;
  readonly phase: ServerPhase;
}
