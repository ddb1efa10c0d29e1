import { z } from 'zod';
import { oneOf, realNumber, wholeNumber } from '../base/schemas';

const stream = oneOf(['rgb', 'difference']);
const pool = oneOf(['mean', 'mean+change', 'convolution', 'lstm']);
const dropout = realNumber(0, 0.99);

/** Options of `createModel` for a 2-D network, such as `mobilenet_v2`. */
export const frameCnnOptions = {
  /**
   * What the network sees of a clip. `rgb`: its frames. `difference`: how they change over 0.1 s, or from one frame to the
   * next where they are further apart, as pictures: 0.5 + 2 (x[t + k] - x[t]) of values in 0…1, kept within 0…1. A clip
   * then gives k pictures less than it has frames, and the file's `input` says mean 0 and std 1, as the network normalises
   * the pictures itself. Default `rgb`.
   */
  stream: stream.optional().describe('what a 2-D network sees: rgb, or difference, what changes over 0.1 s'),
  /**
   * What becomes of the vectors of frames. `mean`. `mean+change`: their mean, and the mean size of their change from frame
   * to frame. `convolution`: three frames at a time to 256 numbers, and their mean. `lstm`: the last of its states, 256
   * numbers. Only the first two have no weights. Default `mean`.
   */
  pool: pool.optional().describe('what becomes of its vectors: mean, mean+change, convolution or lstm'),
  /** Share of numbers that training leaves out before the head, 0 to 0.99. Default 0. */
  dropout: dropout.optional().describe('of a 2-D network: share of numbers that training leaves out'),
};

const triple = z.tuple([z.number(), z.number(), z.number()]);

/** How a 2-D network was made one for clips; travels in `kinetorch.json`. */
export const frameCnnSchema = z.object({
  stream,
  /** Frames from one to the other of a difference. */
  lag: wholeNumber(1, 1024),
  pool,
  dropout,
  /** Of the pictures that the network takes. */
  mean: triple,
  std: triple,
});

export type FrameCnn = z.output<typeof frameCnnSchema>;

/** Of networks that are none, which do not read it. */
export const noFrameCnn: FrameCnn = {
  stream: 'rgb',
  lag: 1,
  pool: 'mean',
  dropout: 0,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};
