import { z } from 'zod';

/** A whole number from `min` to `max`. */
export const wholeNumber = (min: number, max: number) => {
  const error = `an integer between ${min} and ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** A finite number from `min` to `max`. */
export const realNumber = (min: number, max: number) => {
  const error = `a number between ${min} and ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};

/** A function of the caller's. */
export const callback = <F extends (...values: never[]) => unknown>() =>
  z.custom<F>((value) => typeof value === 'function', { error: 'a function' });

const isSignal = (value: unknown): boolean => {
  const signal = value as AbortSignal | null;
  return typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
};

const signalSchema = z.custom<AbortSignal>(isSignal, { error: 'an AbortSignal' }).optional();

/** `CallOptions`. */
export const callOptions = {
  signal: signalSchema,
  timeoutMs: realNumber(0, 2 ** 31 - 1).optional(),
};
