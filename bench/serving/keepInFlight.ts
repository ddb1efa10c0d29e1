/** Keeps so many calls of `work` under way until the time is up, and waits for the last. Gives how many a second were done. */
export async function keepInFlight(
  count: number,
  seconds: number,
  work: (place: number) => Promise<unknown>,
): Promise<number> {
  const began = performance.now();
  const end = began + seconds * 1000;
  let done = 0;
  const keepGoing = async (place: number) => {
    while (performance.now() < end) {
      await work(place);
      done++;
    }
  };
  await Promise.all(Array.from({ length: count }, (_, place) => keepGoing(place)));
  return (done * 1000) / (performance.now() - began);
}
