/** So many of some items, or all where there are no more, evenly from the first to the last. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  const length = Math.min(items.length, most);
  return Array.from({ length }, (_, place) => {
    return items[Math.round((place * (items.length - 1)) / Math.max(1, length - 1))] as T;
  });
}
