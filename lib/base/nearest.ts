import { closest, distance } from 'fastest-levenshtein';

/** The name that a misspelt one was probably meant to be; null where none is near. */
export function nearest(word: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const lower = word.toLowerCase();
  const near = closest(
    lower,
    names.map((name) => name.toLowerCase()),
  );
  const name = names.find((one) => one.toLowerCase() === near) as string;
  return distance(lower, near) <= Math.ceil(0.4 * Math.max(word.length, name.length)) ? name : null;
}

/** What a message ends with where a name was probably misspelt; else nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const meant = nearest(word, names);
  return meant === null ? '' : `; did you mean '${meant}'?`;
}
