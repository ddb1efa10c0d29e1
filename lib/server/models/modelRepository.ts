import { KinetorchError } from '../../base/errors';
import { HttpError } from '../http/statusOf';
import type { FilledServerOptions } from '../options';
import { findModels, type ModelPlace, type OnOther } from './findModels';
import type { ModelChange } from './modelChange';
import { ServedModel } from './servedModel';

/** The models of a server by their names. */
export class ModelRepository {
  private readonly served = new Map<string, ServedModel>();
  /** Those that the server was started with and nobody unloaded: it is ready when they are. */
  private readonly wanted = new Set<string>();
  /** Those whose files are gone, while somebody still uses them. */
  private readonly leaving = new Set<ServedModel>();
  private isStarted = false;
  private isDisposed = false;
  private changing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: FilledServerOptions,
    private readonly onOther?: OnOther,
  ) {}

  /** All that are known, loaded or not. */
  get all(): readonly ServedModel[] {
    return [...this.served.values()];
  }

  get isReady(): boolean {
    return this.isStarted && [...this.wanted].every((name) => this.served.get(name)?.isReady);
  }

  /** Throws 404 where there is no such model, or none of that version. */
  get(name: string, version?: string): ServedModel {
    const model = this.served.get(name);
    if (model === undefined) {
      throw new HttpError(
        404,
        `expected the name of a model (${[...this.served.keys()].join(', ')}) but received '${name}'`,
        'NOT_FOUND',
      );
    }
    if (version !== undefined && model.version !== version) {
      throw new HttpError(
        404,
        `expected version ${model.version ?? 'none'} of model '${name}' but received '${version}'`,
        'NOT_FOUND',
      );
    }
    return model;
  }

  /** Loads all there is. What fails keeps its reason; rejects with the first failure once all are done. */
  async loadAll(onLoaded: (model: ServedModel, error: unknown) => void): Promise<void> {
    const found = await findModels(this.options);
    for (const name of found.keys()) {
      this.entry(name);
      this.wanted.add(name);
    }
    this.isStarted = true;
    const changes = await this.reload((change) => onLoaded(this.entry(change.name), change.error ?? null));
    const failed = changes.find(({ outcome }) => outcome === 'failed');
    if (failed !== undefined) throw failed.error;
  }

  /**
   * Loads what is new and what has changed, each beside the one before, which goes on where that fails; unloads what is no
   * longer there. Rejects only where it cannot be seen what there is; then all stays.
   */
  reload(onChange: (change: ModelChange) => void = () => {}): Promise<ModelChange[]> {
    return this.inTurn(async () => {
      const found = await findModels(this.options, this.onOther);
      const changes: ModelChange[] = [];
      const tell = (change: ModelChange) => {
        changes.push(change);
        onChange(change);
      };
      for (const [name, place] of found) {
        if (this.isDisposed) return changes;
        tell(await this.refresh(name, place));
      }
      for (const [name, model] of this.served) {
        if (found.has(name)) continue;
        await this.remove(model);
        this.served.delete(name);
        this.leaving.add(model);
        const left = () => this.leaving.delete(model);
        model.freed().then(left, left);
        tell({ name, outcome: 'unloaded' });
      }
      return changes;
    });
  }

  /** Loads one that is in the folder, or among those that were named, by its name. Throws 404. */
  load(name: string): Promise<void> {
    return this.inTurn(async () => {
      const place = (await findModels(this.options)).get(name);
      if (place === undefined) {
        throw new HttpError(404, `expected the name of a model that is there but received '${name}'`, 'NOT_FOUND');
      }
      const { outcome, error } = await this.refresh(name, place);
      if (outcome === 'failed') throw error;
      this.wanted.add(name);
    });
  }

  /** Resolves when what was accepted is done; others are loaded meanwhile. Throws 404. */
  async unload(name: string): Promise<void> {
    let model: ServedModel | undefined;
    await this.inTurn(() => {
      model = this.get(name);
      return this.remove(model);
    });
    await model?.freed();
  }

  /** Loads nothing more, and resolves when all are freed. */
  async dispose(): Promise<void> {
    this.isDisposed = true;
    // What is being loaded is there first.
    await this.changing;
    await Promise.all(this.all.map((model) => model.unload()));
    await Promise.all([...this.all, ...this.leaving].map((model) => model.freed()));
  }

  private async refresh(name: string, place: ModelPlace): Promise<ModelChange> {
    const model = this.entry(name);
    if (await model.isCurrent(place)) return { name, outcome: 'kept' };
    try {
      await model.load(place);
      return { name, outcome: 'loaded' };
    } catch (error) {
      return { name, outcome: 'failed', error };
    }
  }

  private remove(model: ServedModel): Promise<void> {
    this.wanted.delete(model.name);
    return model.unload();
  }

  /** One change after the other: tuning measures, and has the machine to itself. None after the end, `ERR_DISPOSED`. */
  private inTurn<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.changing.then(() => {
      if (this.isDisposed) throw new KinetorchError('ERR_DISPOSED', 'the server ends and loads no more models');
      return change();
    });
    this.changing = mine.catch(() => {});
    return mine;
  }

  private entry(name: string): ServedModel {
    const known = this.served.get(name);
    if (known !== undefined) return known;
    const made = new ServedModel(name, this.options);
    this.served.set(name, made);
    return made;
  }
}
