import type { ApiKeys } from './http/apiKeys';
import type { BodyMemory } from './http/bodyMemory';
import type { PendingBytes } from './http/pendingBytes';
import type { AnswerCache } from './models/answerCache';
import type { ModelRepository } from './models/modelRepository';
import type { RequestsInWork } from './operation/requestsInWork';
import type { ServerPhase } from './operation/serverPhase';
import type { FilledServerOptions } from './options';
import type { VideoAdmission } from './videos/videoAdmission';

/** What the rooms of a server share. */
export interface ServerContext {
  readonly options: FilledServerOptions;
  readonly keys: ApiKeys;
  readonly models: ModelRepository;
  readonly phase: ServerPhase;
  readonly inWork: RequestsInWork;
  /** Of the bodies that are held. */
  readonly pending: PendingBytes;
  /** Of bodies, to be used again. */
  readonly memory: BodyMemory;
  /** Of all models. */
  readonly videos: VideoAdmission;
  readonly answers: AnswerCache;
}
