import { KinetorchError } from '../../base/errors';
import type { NamedArray } from './hdf5Answer';

// keras.applications' ResNet-50 and -101 (He et al. 2015), whose bottlenecks stride in their first convolution.

/** Blocks of the stages, by the number of convolutions. */
const blocksByConvolutions: Record<number, number[]> = { 53: [3, 4, 6, 3], 104: [3, 4, 23, 3] };
/** Keras adds 1.001e-5 to variances, and Kinetorch 1e-5. */
const varianceDifference = 1e-8;

/** The arrays of a layer by the names of its variables. */
type Layer = Map<string, NamedArray>;
type Layers = Map<string, Layer>;

const variablesOf = {
  conv2d: ['kernel', 'bias'],
  batch_normalization: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
  dense: ['kernel', 'bias'],
};

/**
 * The weights of a network for pictures as torchvision names and arranges them: O×I×H×W, for RGB in place of BGR, biases of
 * convolutions moved into the batch norms that follow. Throws `ERR_WEIGHTS`, naming what is not understood.
 */
export function torchvisionOf(arrays: readonly NamedArray[], label: string): NamedArray[] {
  const layers = layersOf(arrays);
  const convolutions = [...layers.values()].filter((layer) => layer.get('kernel')?.shape.length === 4).length;
  const blocks = blocksByConvolutions[convolutions];
  if (blocks === undefined) {
    throw unfit(
      label,
      `ResNet-50 or -101 of keras.applications, of 53 or 104 convolutions, but it has ${convolutions}`,
    );
  }
  const named = layers.has('conv1_conv') ? layers : inOrder(layers, blocks);
  const made: NamedArray[] = [];
  const take = (name: string): Layer => {
    const layer = named.get(name);
    if (layer === undefined) throw unfit(label, `the layer ${name} but it is not there`);
    named.delete(name);
    return layer;
  };
  for (const { keras, conv, norm } of placesOf(blocks)) {
    const convolution = take(`${keras}_conv`);
    made.push(...convAndNorm(convolution, take(`${keras}_bn`), conv, norm, label));
  }
  const heads = [...named].filter(([, layer]) => layer.get('kernel')?.shape.length === 2);
  if (heads.length === 1) made.push(...headOf(take((heads[0] as [string, Layer])[0]), label));
  if (named.size > 0) {
    const names = [...named.keys()];
    throw unfit(label, `no other layers but has ${names.length}: ${names.slice(0, 5).join(', ')}`);
  }
  return made;
}

/** Where each convolution stands, and what it and its batch norm are called here and there. */
function placesOf(blocks: readonly number[]) {
  const places = [{ keras: 'conv1', conv: 'conv1', norm: 'bn1' }];
  for (const [stage, count] of blocks.entries()) {
    for (let block = 0; block < count; block++) {
      const [theirs, ours] = [`conv${stage + 2}_block${block + 1}`, `layer${stage + 1}.${block}`];
      for (const n of [1, 2, 3])
        places.push({ keras: `${theirs}_${n}`, conv: `${ours}.conv${n}`, norm: `${ours}.bn${n}` });
      if (block > 0) continue;
      places.push({ keras: `${theirs}_0`, conv: `${ours}.downsample.0`, norm: `${ours}.downsample.1` });
    }
  }
  return places;
}

/** Layers by the names that they have in their files: those of `save_weights` in .h5, or `conv2d_3` in .weights.h5. */
function layersOf(arrays: readonly NamedArray[]): Layers {
  const layers: Layers = new Map();
  for (const array of arrays) {
    const path = array.name.split('/');
    if (path[0]?.startsWith('optimizer')) continue;
    const [kind, index] = /^(\d)$/.test(path.at(-1) ?? '') ? [path.at(-3) ?? '', Number(path.at(-1))] : ['', 0];
    const numbered = variablesOf[kind.replace(/_\d+$/, '') as keyof typeof variablesOf];
    const name = numbered ? kind : (path[path[0] === 'model_weights' ? 1 : 0] as string);
    const variable = numbered?.[index] ?? (path.at(-1) as string).replace(/:0$/, '');
    const layer = layers.get(name) ?? new Map<string, NamedArray>();
    layers.set(name, layer.set(variable, array));
  }
  return layers;
}

/** Layers that are numbered, in the order in which Keras lists the network's: a shortcut before its block's last. */
function inOrder(layers: Layers, blocks: readonly number[]): Layers {
  const names = ['conv1'];
  for (const [stage, count] of blocks.entries()) {
    for (let block = 0; block < count; block++) {
      for (const n of block === 0 ? [1, 2, 0, 3] : [1, 2, 3]) names.push(`conv${stage + 2}_block${block + 1}_${n}`);
    }
  }
  const called: Layers = new Map();
  for (const [name, layer] of layers) {
    const [, kind, number = '0'] = /^(conv2d|batch_normalization)(?:_(\d+))?$/.exec(name) ?? [];
    const place = names[Number(number)];
    const suffix = kind === 'conv2d' ? 'conv' : 'bn';
    called.set(kind === undefined || place === undefined ? name : `${place}_${suffix}`, layer);
  }
  return called;
}

function convAndNorm(convolution: Layer, normal: Layer, conv: string, norm: string, label: string): NamedArray[] {
  const kernel = get(convolution, 'kernel', label);
  const mean = get(normal, 'moving_mean', label);
  const bias = convolution.get('bias');
  return [
    { name: `${conv}.weight`, ...kernelOf(kernel, conv === 'conv1') },
    { ...get(normal, 'gamma', label), name: `${norm}.weight` },
    { ...get(normal, 'beta', label), name: `${norm}.bias` },
    { ...mean, name: `${norm}.running_mean`, data: mean.data.map((value, i) => value - (bias?.data[i] ?? 0)) },
    {
      ...get(normal, 'moving_variance', label),
      name: `${norm}.running_var`,
      data: get(normal, 'moving_variance', label).data.map((value) => value + varianceDifference),
    },
  ];
}

/** H×W×I×O to O×I×H×W, of the first convolution with I from back to front: its pictures are BGR. */
function kernelOf({ shape, data }: NamedArray, isFirst: boolean): Pick<NamedArray, 'shape' | 'data'> {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
  const area = height * width;
  const turned = new Float32Array(data.length);
  for (let place = 0; place < area; place++) {
    for (let input = 0; input < inputs; input++) {
      const to = isFirst ? inputs - 1 - input : input;
      const from = (place * inputs + input) * outputs;
      for (let output = 0; output < outputs; output++) {
        turned[(output * inputs + to) * area + place] = data[from + output] as number;
      }
    }
  }
  return { shape: [outputs, inputs, height, width], data: turned };
}

function headOf(layer: Layer, label: string): NamedArray[] {
  const { shape, data } = get(layer, 'kernel', label);
  const [inputs = 0, outputs = 0] = shape;
  const turned = kernelOf({ name: '', shape: [1, 1, inputs, outputs], data }, false);
  return [
    { name: 'fc.weight', shape: [outputs, inputs], data: turned.data },
    { ...get(layer, 'bias', label), name: 'fc.bias' },
  ];
}

function get(layer: Layer, variable: string, label: string): NamedArray {
  const array = layer.get(variable);
  if (array === undefined)
    throw unfit(label, `a ${variable} beside ${[...layer.values()][0]?.name} but it is not there`);
  return array;
}

function unfit(label: string, expected: string): KinetorchError {
  return new KinetorchError('ERR_WEIGHTS', `${label}: expected ${expected}`);
}
