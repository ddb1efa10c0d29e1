import { KinetorchError } from '../base/errors';
import { looseForm, spelling } from '../base/lookAlikes';

/**
 * For every label of the data, its index among the model's. The two are matched by name.
 *
 * @throws KinetorchError `ERR_DATASET` for a label that the model does not know
 */
export function labelMap(data: readonly string[], model: readonly string[]): number[] {
  const places = new Map(model.map((label, index) => [label, index]));
  return data.map((label) => {
    const place = places.get(label);
    if (place !== undefined) return place;
    const alike = model.find((name) => looseForm(name) === looseForm(label));
    const known = model.slice(0, 8).join(', ') + (model.length > 8 ? ', …' : '');
    throw new KinetorchError(
      'ERR_DATASET',
      `expected every label of the data to be one of the model's ${model.length} (${known}) but received ` +
        spelling(label) +
        (alike === undefined ? '' : `, which is not ${spelling(alike)}`),
    );
  });
}
