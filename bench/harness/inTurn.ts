/** One after the other, in rounds, each of which begins with another: what comes first or last does so for all. */
export async function inTurn<Item>(
  items: readonly Item[],
  rounds: number,
  work: (item: Item) => Promise<void>,
  goesOn: (round: number) => boolean = () => true,
): Promise<void> {
  for (let round = 0; round < rounds && goesOn(round); round++) {
    for (let turn = 0; turn < items.length; turn++) await work(items[(round + turn) % items.length] as Item);
  }
}
