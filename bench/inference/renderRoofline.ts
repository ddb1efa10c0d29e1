import { digits, percent } from '../harness/format';
import { engines } from './engines';
import type { CpuCaseResult } from './results';
import { bestPeer, floorsOf, standingOf } from './summaries';

/** One paragraph a network: what holds it back, from the figures of its case. */
export function explainRoofline(one: CpuCaseResult): string {
  const floors = floorsOf(one);
  const { demand, peak } = one;
  const own = standingOf(one, 'kinetorch')?.time.median;
  const peer = bestPeer(one);
  const saving = demand.directMacs / demand.winogradMacs;
  const sentences = [
    `**\`${one.network}\`.** ${digits((2 * demand.directMacs) / 1e9)} GFLOP a clip take ${digits(floors.direct)} ms at ` +
      `${digits(peak.gflops)} GFLOP/s: below that no direct convolution can go.`,
    saving > 1.02
      ? `Winograd's algorithms need ${digits(saving)} times fewer multiplications, ${digits(floors.winograd)} ms.`
      : 'Winograd’s algorithms save next to nothing: its convolutions are pointwise, depthwise or strided.',
    memorySentence(one),
  ];
  if (peer) {
    const { result, time } = peer;
    sentences.push(
      `The best peer, ${engines[result.engine].title}, takes ${digits(time.median)} ms, ` +
        `${percent(floors.direct / time.median)} of the peak.`,
    );
  }
  if (own !== undefined) {
    const floor = Math.max(floors.winograd, floors.memory);
    sentences.push(`Kinetorch takes ${digits(own)} ms, ${digits(own / floor)} times the higher of its two floors.`);
  }
  return sentences.join(' ');
}

function memorySentence({ demand, ...one }: CpuCaseResult): string {
  const { winograd, memory } = floorsOf({ demand, ...one });
  const intensity = (2 * demand.directMacs) / demand.bytes;
  const balance = one.peak.gflops / one.peak.gigabytesPerSecond;
  const bound = memory > winograd ? 'memory' : 'arithmetic';
  return (
    `Its weights and activations, each moved once, take ${digits(memory)} ms if no cache holds them; ` +
    `${digits(intensity)} operations a byte against the ${digits(balance)} at which this machine balances: ` +
    `${bound} is the tighter bound.`
  );
}
