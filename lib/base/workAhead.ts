/**
 * Works on items as they come, on a few at once, and gives the results in the order of the items, each as soon as it is
 * there. No more than that is ahead of the consumer; once it leaves, the source is told to stop but not waited for.
 *
 * @param atOnce how many may be under way, as the item that came last says
 */
export async function* workAhead<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  atOnce: (item: T) => number,
): AsyncGenerator<R, void, undefined> {
  const source = items[Symbol.asyncIterator]();
  const running: Promise<R>[] = [];
  let most = 1;
  let next: Promise<void> | null = null;
  let isOver = false;
  let failure: { error: unknown } | null = null;

  const take = async () => {
    try {
      const { done, value } = await source.next();
      if (done) {
        isOver = true;
        return;
      }
      most = atOnce(value);
      const task = work(value);
      // A failure is met in order; one behind a consumer that has left is nobody's.
      task.catch(() => {});
      running.push(task);
    } catch (error) {
      isOver = true;
      failure = { error };
    } finally {
      next = null;
    }
  };

  try {
    for (;;) {
      if (!isOver && next === null && running.length < most) next = take();
      const [first] = running;
      if (first === undefined) {
        if (next === null) break;
        await next;
        continue;
      }
      const isFirst = await Promise.race([
        first.then(() => true),
        ...(next === null ? [] : [(next as Promise<void>).then(() => false)]),
      ]);
      if (!isFirst) continue;
      running.shift();
      yield await first;
    }
  } finally {
    if (!isOver) void Promise.resolve(source.return?.()).catch(() => {});
  }
  if (failure !== null) throw (failure as { error: unknown }).error;
}
