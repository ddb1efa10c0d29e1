/** One sample of a server's `/metrics`, by its whole name. */
export async function readMetric(url: string, sample: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  if (line === undefined) throw new Error(`expected ${sample} in ${url}/metrics`);
  return Number(line.slice(sample.length));
}
