import type { NamedArray } from '../../lib/model/weights/hdf5Answer';
import { deterministicTensor } from './deterministic';

/**
 * The arrays of a file that Keras's ResNet-50 saves, of the deterministic tensors that the same network has in
 * scripts/fixtures/inflated.py.
 */
export function kerasArrays(classes: number): NamedArray[] {
  const arrays: NamedArray[] = [];
  const add = (
    layer: string,
    variable: string,
    name: string,
    shape: number[],
    data = deterministicTensor(name, shape),
  ) => arrays.push({ name: `${layer}/${layer}/${variable}:0`, shape, data });
  const addConv = (layer: string, name: string, [outputs, inputs, side]: [number, number, number]) => {
    const shape = [side, side, inputs, outputs];
    add(
      layer,
      'kernel',
      name,
      shape,
      lastFirst(deterministicTensor(`${name}.weight`, [outputs, inputs, side, side]), shape),
    );
    add(layer, 'bias', `${name}.bias`, [outputs]);
  };
  const addNorm = (layer: string, name: string, channels: number) => {
    add(layer, 'gamma', `${name}.weight`, [channels]);
    add(layer, 'beta', `${name}.bias`, [channels]);
    add(layer, 'moving_mean', `${name}.running_mean`, [channels]);
    add(layer, 'moving_variance', `${name}.running_var`, [channels]);
  };
  addConv('conv1_conv', 'conv1', [64, 3, 7]);
  addNorm('conv1_bn', 'bn1', 64);
  let inputs = 64;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 << stage;
    for (let block = 0; block < blocks; block++) {
      const [layer, name] = [`conv${stage + 2}_block${block + 1}`, `layer${stage + 1}.${block}`];
      const sizes: [number, number, number][] = [
        [width, inputs, 1],
        [width, width, 3],
        [4 * width, width, 1],
      ];
      for (const [index, size] of sizes.entries()) {
        addConv(`${layer}_${index + 1}_conv`, `${name}.conv${index + 1}`, size);
        addNorm(`${layer}_${index + 1}_bn`, `${name}.bn${index + 1}`, size[0]);
      }
      if (block === 0) {
        addConv(`${layer}_0_conv`, `${name}.downsample.0`, [4 * width, inputs, 1]);
        addNorm(`${layer}_0_bn`, `${name}.downsample.1`, 4 * width);
      }
      inputs = 4 * width;
    }
  }
  const head = deterministicTensor('fc.weight', [classes, inputs]);
  add('predictions', 'kernel', '', [inputs, classes], lastFirst(head, [1, 1, inputs, classes]));
  add('predictions', 'bias', 'fc.bias', [classes]);
  return arrays;
}

/** O×I×H×W values as H×W×I×O, whose shape is given. */
function lastFirst(values: Float32Array, [height = 0, width = 0, inputs = 0, outputs = 0]: number[]): Float32Array {
  const turned = new Float32Array(values.length);
  let next = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let input = 0; input < inputs; input++) {
        for (let output = 0; output < outputs; output++) {
          turned[next++] = values[((output * inputs + input) * height + y) * width + x] as number;
        }
      }
    }
  }
  return turned;
}
