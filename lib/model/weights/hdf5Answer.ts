/** An array of numbers, row-major. */
export interface NamedArray {
  /** Its path in the file, for example `conv1_conv/conv1_conv/kernel:0`. */
  name: string;
  shape: number[];
  data: Float32Array;
}

/** What the thread that reads a file of HDF5 has to say: its arrays, or why there are none. */
export interface Hdf5Answer {
  arrays?: NamedArray[];
  failure?: string;
  /** There is no jsfive. */
  missing?: true;
}

export const maxFileBytes = 2 ** 30;
export const maxArrays = 5000;
export const maxElements = 2 ** 28;
