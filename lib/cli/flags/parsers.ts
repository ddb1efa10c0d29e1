import { InvalidArgumentError } from 'commander';

/** Makes a value of a flag's text; throws `InvalidArgumentError`. */
export type Parser = (text: string) => unknown;

/** Parses a whole number from `min` up. */
export const wholeNumber = (min: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  throw new InvalidArgumentError(`Expected a whole number of ${min} or more.`);
};

/** Parses a decimal number from `min` up; `above` excludes `min` itself. */
export const decimal =
  (min: number, { above = false } = {}) =>
  (text: string) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && (above ? value > min : value >= min)) return value;
    throw new InvalidArgumentError(`Expected a number ${above ? `above ${min}` : `of ${min} or more`}.`);
  };
