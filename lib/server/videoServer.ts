import type { ModelChange } from './models/modelChange';

/** A server of models. Made by {@link createServer}. */
export interface VideoServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: string;

  /**
   * Begins to listen, then loads the models; ready when the last of them is. Resolves with the address, for example
   * `http://127.0.0.1:8000`, before they are loaded.
   *
   * @throws KinetorchError before it listens: `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS` where a file or folder of models is not
   * there or cannot be read, or a folder has none (with `modelControl` it may); `ERR_INVALID_ARGUMENT` where two models of a
   * folder have one name, or `host` and `port` cannot be listened on
   */
  listen(onLoaded?: (model: { name: string; error: unknown }) => void): Promise<string>;

  /**
   * Loads models that are new or whose files have changed, each beside the one that serves, which it takes over from between
   * two clips; unloads those that are gone. One that cannot be loaded leaves the one before at work.
   *
   * @returns What became of each model, in their order.
   *
   * @example
   * const failed = (await server.reload()).filter(({ outcome }) => outcome === 'failed');
   *
   * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_INVALID_ARGUMENT` where it cannot be seen which
   * models there are; all stays
   */
  reload(): Promise<ModelChange[]>;

  /**
   * Ends in order: says at once that it is not ready, goes on taking work for `graceMs`, refuses it then, and resolves when
   * what was accepted is done, or, after `drainMs`, was answered 503. Called again, it is the same end.
   */
  close(): Promise<void>;
}
