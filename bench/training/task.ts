/** What both sides of the comparison train. */
export interface Task {
  architecture: string;
  /** Of the network, by which the Python side checks that it has the same one. */
  parameters: number;
  frames: number;
  height: number;
  width: number;
  resize: [number, number];
  classes: number;
  batch: number;
  optimizer: 'sgd' | 'adamw';
  steps: number;
  threads: number;
  device: 'cpu' | 'cuda';
  precision: 'float32' | 'bfloat16';
}
