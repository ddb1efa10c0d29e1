/** Layers that are int8, a byte each, and what was measured of them. */
export interface Choice<Measured> {
  int8: Uint8Array;
  measured: Measured;
}

/**
 * Keeps as few layers in float32 as are needed for what is measured to hold, those first that cost most; null where it does
 * not hold with all but one of them. One that needs fewer than it seems is not found: each halving takes it that what
 * holds with some layers kept holds with more.
 *
 * @param costs how good the network is where that layer alone is int8; the least costs most. Null: it stays in float32
 */
export async function chooseLayers<Measured>(
  costs: readonly (number | null)[],
  measure: (int8: Uint8Array) => Promise<Measured>,
  holds: (measured: Measured) => boolean,
): Promise<Choice<Measured> | null> {
  const costliest = [...costs.keys()]
    .filter((layer) => costs[layer] !== null)
    .sort((a, b) => (costs[a] as number) - (costs[b] as number));
  const keeping = async (kept: number) => {
    const int8 = Uint8Array.from(costs.map((cost) => (cost === null ? 0 : 1)));
    for (const layer of costliest.slice(0, kept)) int8[layer] = 0;
    return { int8, measured: await measure(int8) };
  };
  const all = await keeping(0);
  if (holds(all.measured)) return all;
  let best: Choice<Measured> | null = null;
  let [tooFew, enough] = [0, costliest.length];
  while (enough - tooFew > 1) {
    const kept = Math.floor((tooFew + enough) / 2);
    const choice = await keeping(kept);
    if (holds(choice.measured)) [best, enough] = [choice, kept];
    else tooFew = kept;
  }
  return best;
}
