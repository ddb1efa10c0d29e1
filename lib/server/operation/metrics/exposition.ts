/** Names and values that tell samples of one metric apart. */
export type Labels = Readonly<Record<string, string | number>>;

/** One number, or, of a histogram, the counts of its ranges (not cumulated, the last above all bounds) and their sum. */
export interface Distribution {
  bounds: readonly number[];
  counts: readonly number[];
  sum: number;
}

export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: readonly { labels: Labels; value: number | Distribution }[];
}

/** `Content-Type` of {@link expose}. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** Metrics as Prometheus reads them. */
export function expose(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...samples.flatMap((sample) => lines(name, sample)),
        '',
      ].join('\n'),
    )
    .join('');
}

function lines(name: string, { labels, value }: Metric['samples'][number]): string[] {
  if (typeof value === 'number') return [line(name, labels, value)];
  let below = 0;
  const buckets = value.counts.map((count, index) => {
    below += count;
    return line(`${name}_bucket`, { ...labels, le: value.bounds[index] ?? '+Inf' }, below);
  });
  return [...buckets, line(`${name}_sum`, labels, value.sum), line(`${name}_count`, labels, below)];
}

function line(name: string, labels: Labels, value: number): string {
  const inner = Object.entries(labels).map(([label, text]) => `${label}="${escaped(String(text))}"`);
  return `${name}${inner.length > 0 ? `{${inner.join(',')}}` : ''} ${value}`;
}

const escaped = (text: string) => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
