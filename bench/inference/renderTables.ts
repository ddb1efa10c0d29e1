import { clipSize, digits, markdownTable, megabytes, percent, seconds, spread, times } from '../harness/format';
import { median } from '../harness/statistics';
import { engines } from './engines';
import type { CpuCaseResult, Results } from './results';
import { bestLibtorch, bestPeer, floorsOf, type Standing, servingOf, standingOf, standings } from './summaries';

const clips = (batch: number) => `${batch} ${batch === 1 ? 'clip' : 'clips'}`;

/** What a case came to. */
export function caseTable(one: CpuCaseResult): string {
  const rows = standings(one).map(({ result, time, ratio }) => [
    engines[result.engine].title,
    spread(time),
    ratio && result.engine !== 'kinetorch' ? times(ratio) : '',
    megabytes(result.peakBytes),
    `${seconds(result.firstResultMs)}${result.secondStartMs ? ` (again: ${seconds(result.secondStartMs)})` : ''}`,
    result.error.toExponential(1),
  ]);
  const headings = ['', 'ms a call', 'times Kinetorch’s', 'peak memory', 'first result', 'error of logits'];
  return markdownTable(headings, rows);
}

/** The same of networks in less than float32, of which it matters too how near they come to it. */
export function reducedTable(one: CpuCaseResult): string {
  const rows = standings(one, 'kinetorch-int8').map(({ result, time, ratio }) => [
    engines[result.engine].title,
    spread(time),
    ratio && result.engine !== 'kinetorch-int8' ? times(ratio) : '',
    megabytes(result.peakBytes),
    result.error.toExponential(1),
    percent(result.agreement),
  ]);
  const headings = ['', 'ms a call', 'times Kinetorch’s int8', 'peak memory', 'error of logits', 'same first class'];
  return markdownTable(headings, rows);
}

/** The figures that the project set out to reach. */
export function summaryTable(all: readonly CpuCaseResult[]): string {
  const ratio = (standing?: Standing) => (standing?.ratio ? times(standing.ratio) : '–');
  const rows = all.map((one) => {
    const best = bestPeer(one);
    return [
      `\`${one.network}\`, ${clipSize(one.clip)}, ${clips(one.batch)}`,
      spread(standingOf(one, 'kinetorch')?.time ?? { median: Number.NaN, min: Number.NaN, max: Number.NaN }),
      ratio(bestLibtorch(one)),
      best ? `${ratio(best)} ${engines[best.result.engine].title}` : '–',
      ratio(standingOf(one, 'onnxruntime-node')),
    ];
  });
  const headings = ['', 'Kinetorch, ms', 'best of LibTorch', 'best peer', 'onnxruntime-node'];
  return markdownTable(headings, rows);
}

export function servingTable(all: readonly CpuCaseResult[]): string {
  const rows = all.flatMap((one) => {
    const serving = servingOf(one);
    if (!serving) return [];
    return [
      [
        `\`${one.network}\``,
        spread(serving.clipsPerSecond),
        spread(serving.nativeClipsPerSecond),
        `${percent(serving.share.median)} (${percent(serving.share.min)}–${percent(serving.share.max)})`,
        percent(serving.preprocessing.median),
        `${digits(serving.delayP99)} ms`,
        serving.otherDelayP99 === null ? '–' : `${digits(serving.otherDelayP99)} ms`,
      ],
    ];
  });
  const headings = [
    ...['', 'clips/s, `classifyClip`', 'clips/s, native loop', 'share', 'preprocessing of 320×240'],
    ...['event-loop delay, p99', '… onnxruntime-node'],
  ];
  return markdownTable(headings, rows);
}

export function rooflineTable(all: readonly CpuCaseResult[]): string {
  const rows = all.map((one) => {
    const { directMacs, winogradMacs, bytes } = one.demand;
    const floors = floorsOf(one);
    const own = standingOf(one, 'kinetorch')?.time.median ?? Number.NaN;
    const peer = bestPeer(one)?.time.median ?? Number.NaN;
    return [
      `\`${one.network}\`, ${clipSize(one.clip)}`,
      `${digits(directMacs / 1e9)} / ${digits(winogradMacs / 1e9)}`,
      `${digits(floors.direct)} / ${digits(floors.winograd)}`,
      `${digits(bytes / 1e6)} MB: ${digits(floors.memory)} ms`,
      `${digits(own)} ms`,
      `${percent(floors.direct / own)} / ${percent(floors.winograd / own)}`,
      percent(floors.direct / peer),
    ];
  });
  const headings = [
    ...['', 'G multiply-adds, direct / Winograd', 'ms at peak', 'memory', 'Kinetorch'],
    ...['its share of peak, counted direct / Winograd', 'best peer’s, direct'],
  ];
  return markdownTable(headings, rows);
}

/** Machine, versions, dates: what the figures belong to. */
export function provenance({ machine }: Results, all: readonly CpuCaseResult[]): string {
  const peak = (pick: (one: CpuCaseResult) => number) => digits(median(all.map(pick)));
  const versions = new Set(all.flatMap((one) => one.engines.map(({ version }) => version)));
  versions.delete('native loop');
  const unique = (pick: (one: CpuCaseResult) => string) => [...new Set(all.map(pick))].sort().join(', ');
  return [
    `${machine.cpu}, ${machine.threads} threads, ${machine.memoryGb} GB, ${machine.platform}, Node.js ${machine.node};`,
    `measured here: ${peak(({ peak }) => peak.gflops)} GFLOP/s of fused multiply-adds,`,
    `${peak(({ peak }) => peak.gigabytesPerSecond)} GB/s of copying (medians over the cases).`,
    `${[...versions].join(', ')}. ${unique(({ date }) => date.slice(0, 10))}, commit ${unique(({ commit }) => commit)}.`,
  ].join('\n');
}
