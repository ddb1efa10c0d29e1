/** What `work` gives; where it throws, `close` is called first. */
export async function closingOnError<T>(close: () => void, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    close();
    throw error;
  }
}
