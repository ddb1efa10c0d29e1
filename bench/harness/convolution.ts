/** A convolution as the network's PyTorch definition has it. */
export interface ConvLayer {
  kernel: [number, number, number];
  stride: [number, number, number];
  groups: number;
  /** [C, T, H, W] */
  input: [number, number, number, number];
  output: [number, number, number, number];
}

/** Multiply-adds of one clip. */
export const macsOf = ({ kernel, groups, input, output }: ConvLayer) =>
  (volume(output) * volume(kernel) * input[0]) / groups;

export const weightsOf = ({ kernel, groups, input, output }: ConvLayer) =>
  (output[0] * input[0] * volume(kernel)) / groups;

export const volume = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
