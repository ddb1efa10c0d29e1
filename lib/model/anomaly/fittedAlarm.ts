import { z } from 'zod';
import { oneOf, realNumber, wholeNumber } from '../../base/schemas';
import { frameScoreNames } from './frameScores';

export const frameScoreSchema = oneOf(frameScoreNames);

/** Frames from one window to the next. */
export const strideSchema = wholeNumber(1, 1024);

const rateError = 'a number above 0 and up to 0.5';

export const falseAlarmRateSchema = z
  .number({ error: rateError })
  .gt(0, { error: rateError })
  .max(0.5, { error: rateError });

/** All that scores can be. */
export const thresholdSchema = realNumber(-100, 1);

/** `anomaly` of `kinetorch.json`. */
export const fittedAlarmSchema = z.object(
  {
    score: frameScoreSchema,
    stride: strideSchema,
    threshold: thresholdSchema,
    falseAlarmRate: falseAlarmRateSchema,
    /** Of normal video that the threshold was found on. */
    frames: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  { error: 'an object' },
);

/** How frames are scored, above which score they are an alarm, and how many normal frames are one all the same. */
export interface FittedAlarm extends z.output<typeof fittedAlarmSchema> {}
