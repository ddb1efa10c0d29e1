import { HttpError } from '../http/statusOf';
import type { FilledServerOptions } from '../options';
import { findModels, type ModelPlace } from './findModels';
import { ServedModel } from './servedModel';

/** The models of a server by their names. */
export class ModelRepository {
  private readonly served = new Map<string, ServedModel>();

  constructor(private readonly options: FilledServerOptions) {}

  /** All that are known, loaded or not. */
  get all(): readonly ServedModel[] {
    return [...this.served.values()];
  }

  get isReady(): boolean {
    return this.served.size > 0 && this.all.every((model) => model.isReady);
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

  /**
   * Loads all there is, and anew what is loaded already. What fails keeps its reason; rejects with the first failure once all
   * are done.
   */
  async loadAll(onLoaded: (model: ServedModel, error: unknown) => void): Promise<void> {
    const found = await findModels(this.options);
    for (const name of found.keys()) this.entry(name);
    let failure: unknown = null;
    // One after the other: tuning measures, and has the machine to itself.
    for (const [name, place] of found) {
      const model = this.entry(name);
      const error = await model.load(place).then(
        () => null,
        (reason: unknown) => reason,
      );
      failure ??= error;
      onLoaded(model, error);
    }
    if (failure !== null) throw failure;
  }

  /** Loads one that is in the folder, or among those that were named, by its name. Throws 404. */
  async load(name: string): Promise<void> {
    const place: ModelPlace | undefined = (await findModels(this.options)).get(name);
    if (place === undefined)
      throw new HttpError(404, `expected the name of a model that is there but received '${name}'`, 'NOT_FOUND');
    await this.entry(name).load(place);
  }

  async unload(name: string): Promise<void> {
    await this.get(name).unload();
  }

  async dispose(): Promise<void> {
    await Promise.all(this.all.map((model) => model.unload()));
  }

  private entry(name: string): ServedModel {
    const known = this.served.get(name);
    if (known !== undefined) return known;
    const made = new ServedModel(name, this.options);
    this.served.set(name, made);
    return made;
  }
}
