import { clipSize, digits, markdownTable, percent, spread, times } from '../harness/format';
import { median, ratiosOf, spreadOf } from '../harness/statistics';
import { engineTitles, type GpuEngine } from './engines';
import type { GpuCaseResult, GpuEngineResult, Results } from './results';

/** What stands at the end of a run: everything, in short. */
export function renderSummary(results: Results): string {
  const warning = results.quick ? ['**A rehearsal: the figures mean nothing.**'] : [];
  return [...warning, ...figures(results), stepsTable(results)].join('\n\n');
}

/** The same for the documents. */
export function renderDocument(results: Results, file: string): string {
  const problems = results.steps.filter(({ ok, skipped }) => !ok || skipped);
  const whole =
    problems.length === 0 ? 'Every part ran.' : `Not run or failed: ${problems.map(({ name }) => name).join(', ')}.`;
  return [...figures(results), `${whole} All figures: [${file}](${file}).`].join('\n\n');
}

function figures(results: Results): string[] {
  const parts = [provenance(results)];
  if (results.inference.length > 0) {
    const tables = [throughput, latency].map((measure) => inferenceTable(results.inference, measure));
    parts.push(...tables, rooflineTable(results.inference));
  }
  parts.push(...[servingLine(results), agreementLine(results)].filter((line) => line !== ''));
  if (results.training.length > 0) parts.push(trainingTable(results));
  if (results.kernels) parts.push(`\`\`\`\n${results.kernels}\n\`\`\``);
  return parts;
}

function provenance({ gpu, machine, date, commit }: Results): string {
  const cudnn = gpu?.cudnn ? `, CUDA ${gpu.cuda}, cuDNN ${gpu.cudnn}, driver ${machine.driver}` : '';
  const rates = gpu
    ? `Measured here: ${digits(gpu.teraflops)} TFLOP/s of matrix products${gpu.name ? ' in half precision' : ''}, ` +
      `${digits(gpu.gigabytesPerSecond)} GB/s of copying, ${digits(gpu.uploadGigabytesPerSecond)} GB/s of uploads.`
    : 'The rates of the machine were not measured.';
  return [
    `${gpu?.name ?? machine.cpu}, ${machine.threads} threads of ${machine.cpu}, PyTorch ${gpu?.torch ?? 'unknown'}${cudnn},`,
    `Node.js ${machine.node}; ${date.slice(0, 10)}, commit ${commit}. ${rates}`,
  ].join('\n');
}

const others: GpuEngine[] = ['eager_channels_last', 'torchscript', 'compile'];

interface Measure {
  heading: string;
  of: (figures: GpuEngineResult) => number[];
  /** How many times better Kinetorch's is, round by round. */
  gain: (own: GpuEngineResult, other: GpuEngineResult) => number[];
}

const throughput: Measure = {
  heading: 'clips/s',
  of: ({ clipsPerSecond }) => clipsPerSecond,
  gain: (own, other) => ratiosOf(own.clipsPerSecond, other.clipsPerSecond),
};

const latency: Measure = {
  heading: 'ms a call',
  of: ({ latencyMs }) => latencyMs,
  gain: (own, other) => ratiosOf(other.latencyMs, own.latencyMs),
};

/** Medians of the rounds; behind the others' how many times better Kinetorch's is. */
function inferenceTable(all: readonly GpuCaseResult[], { heading, of, gain }: Measure): string {
  const rows = all.map((one) => {
    const by = (name: GpuEngine) => one.engines.find(({ engine }) => engine === name);
    const own = by('kinetorch');
    const cells = others.map((name) => {
      const other = by(name);
      return other ? `${digits(median(of(other)))}${own ? `: ${times(spreadOf(gain(own, other)))}` : ''}` : '–';
    });
    return [caseTitle(one), own ? digits(median(of(own))) : '–', ...cells];
  });
  return markdownTable([heading, 'Kinetorch', ...others.map((name) => engineTitles[name])], rows);
}

function rooflineTable(all: readonly GpuCaseResult[]): string {
  const rows = all.flatMap((one) => {
    const own = one.engines.find(({ engine }) => engine === 'kinetorch');
    if (!own) return [];
    const { clipsPerSecond, uploadClipsPerSecond } = one.roofline;
    return [
      [
        caseTitle(one),
        digits(clipsPerSecond),
        digits(uploadClipsPerSecond),
        percent(median(own.clipsPerSecond) / Math.min(clipsPerSecond, uploadClipsPerSecond)),
        own.error === null ? '–' : own.error.toExponential(1),
        digits(median(own.delayP99)),
      ],
    ];
  });
  const headings = ['Kinetorch', 'clips/s by the roofline', 'by uploads', 'share', 'error of logits', 'event loop, ms'];
  return markdownTable(headings, rows);
}

function caseTitle({ id, clip, source }: GpuCaseResult): string {
  const resized = source[0] !== clip[1] || source[1] !== clip[2];
  return `\`${id}\`, ${clipSize(clip)}${resized ? ` from ${source.join('×')}` : ''}`;
}

function servingLine({ serving }: Results): string {
  if (!serving) return '';
  const busy = (share: number | null) => (share === null ? 'an unknown share' : percent(share));
  const { network, batch, calls, clipsPerSecond, delayP99, eager } = serving;
  const beside = eager ? ` (PyTorch eager: ${digits(eager.clipsPerSecond)} clips/s, at work ${busy(eager.busy)})` : '';
  return (
    `${calls} calls at once, \`${network}\`, batches of ${batch}: ${digits(clipsPerSecond)} clips/s, GPU at work ` +
    `${busy(serving.busy)} of the time${beside}, event-loop delay ${digits(delayP99)} ms (99 of 100 below it).`
  );
}

function agreementLine({ agreement }: Results): string {
  if (!agreement) return '';
  const { network, clips, agreeing, classes, largestError, largestMarginOfOthers } = agreement;
  const margin =
    agreeing === clips ? '' : `; where it differs, the first two are within ${largestMarginOfOthers.toExponential(1)}`;
  return (
    `Against float32 on the processor, \`${network}\`: the same first class for ${agreeing} of ${clips} clips (${classes} ` +
    `classes occur), logits off by at most ${largestError.toExponential(1)} of the largest${margin}.`
  );
}

function trainingTable({ training, gpu }: Results): string {
  const rows = training.map(({ architecture, clip, batch, optimizer, precision, kinetorch, python, gigaflops }) => {
    const [own, other] = [kinetorch.stepsPerSecond, python.stepsPerSecond];
    const share = gpu ? percent((median(own) * gigaflops) / 1000 / gpu.teraflops) : '–';
    return [
      `\`${architecture}\`, ${clipSize(clip)}, batches of ${batch}, ${optimizer}, ${precision}`,
      spread(spreadOf(own)),
      spread(spreadOf(other)),
      times(spreadOf(ratiosOf(own, other))),
      share,
    ];
  });
  return markdownTable(['training', 'steps/s', 'loop in Python', 'ratio', 'of the rate of products'], rows);
}

function stepsTable({ steps, tests }: Results): string {
  const rows = steps.map(({ name, ok, seconds, problem, skipped }) => {
    const counts = tests[name];
    const counted = counts && `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    const first = (problem ?? '').split('\n')[0] ?? '';
    return [
      name,
      skipped ? `not run: ${skipped}` : ok ? (counted ?? 'done') : `FAILED: ${counted ?? first}`,
      `${seconds}`,
    ];
  });
  return markdownTable(['part', '', 'seconds'], rows);
}
