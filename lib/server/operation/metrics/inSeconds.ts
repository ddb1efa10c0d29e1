import type { Distribution } from './exposition';

/** Times in milliseconds as Prometheus wants them. */
export function inSeconds({ bounds, counts, sum }: Distribution): Distribution {
  return { bounds: bounds.map((bound) => bound / 1000), counts, sum: sum / 1000 };
}
