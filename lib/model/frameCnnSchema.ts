import { z } from 'zod';
import { oneOf, realNumber, wholeNumber } from '../base/schemas';

const stream = oneOf(['rgb', 'difference']);
const pool = oneOf(['mean', 'mean+change', 'multi-stage', 'convolution', 'lstm']);
const dropout = realNumber(0, 0.99);

/** Options of `createModel` for a 2-D network, such as `mobilenet_v2`; explained there. */
export const frameCnnOptions = {
  stream: stream.optional().describe('what a 2-D network sees: rgb, or difference, what changes over 0.1 s'),
  pool: pool.optional().describe('what becomes of its vectors: mean, mean+change, multi-stage, convolution or lstm'),
  dropout: dropout.optional().describe('of a 2-D network: share of numbers that training leaves out'),
};

const triple = z.tuple([z.number(), z.number(), z.number()]);

/** How a 2-D network was made one for clips; travels in `kinetorch.json`. */
export interface FrameCnn {
  /** What it sees: frames, or what changes over `lag` of them. */
  stream: 'rgb' | 'difference';
  /** Frames from one to the other of a difference. */
  lag: number;
  /** What becomes of its vectors over time. */
  pool: 'mean' | 'mean+change' | 'multi-stage' | 'convolution' | 'lstm';
  /** Share of numbers that training leaves out before the head, 0…0.99. */
  dropout: number;
  /** Of the pictures that the network takes. */
  mean: [number, number, number];
  std: [number, number, number];
}

export const frameCnnSchema: z.ZodType<FrameCnn> = z.object({
  stream,
  lag: wholeNumber(1, 1024),
  pool,
  dropout,
  mean: triple,
  std: triple,
});

/** Of networks that are none, which do not read it. */
export const noFrameCnn: FrameCnn = {
  stream: 'rgb',
  lag: 1,
  pool: 'mean',
  dropout: 0,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};
