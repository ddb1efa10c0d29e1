import { invalidArgument } from '../../base/errors';
import type { ModelRepository } from '../models/modelRepository';
import type { ServedModel } from '../models/servedModel';

/** The model that a caller names; without a name the only one. Throws 404, `ERR_INVALID_ARGUMENT`. */
export function chooseModel(models: ModelRepository, name: unknown): ServedModel {
  const { all } = models;
  if (typeof name === 'string') return models.get(name);
  const [only] = all;
  if (name === undefined && all.length === 1 && only !== undefined) return only;
  throw invalidArgument('model', `the name of a model (${all.map((model) => model.name).join(', ')})`, name);
}
