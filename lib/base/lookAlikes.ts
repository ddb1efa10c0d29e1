import { groupBy } from './groupBy';

/**
 * What a person sees of a name: neither its Unicode form (é is one character or two) nor the space around it and
 * characters without width show.
 */
export function visibleForm(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** As {@link visibleForm}, whatever the case and the width of the letters. */
export function looseForm(name: string): string {
  return visibleForm(name).normalize('NFKC').toLowerCase();
}

/** Names that have one form in common, two or more at a time. */
export function lookAlikes(names: Iterable<string>, formOf: (name: string) => string): string[][] {
  return [...groupBy(new Set(names), formOf).values()].filter((alike) => alike.length > 1);
}

/** A name in quotes, with what does not show as escapes: `"cafe\u0301"`. */
export function spelling(name: string): string {
  return JSON.stringify(name).replace(
    /[^\x20-\x7e\p{L}\p{N}\p{P}\p{S}]/gu,
    (character) => `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}`,
  );
}
