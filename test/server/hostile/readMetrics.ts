/** The samples of `/metrics` by their whole names. */
export async function readMetrics(url: string, patienceMs: number): Promise<Record<string, number>> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(patienceMs) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no metrics: ${text}`);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}
