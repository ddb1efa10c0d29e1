import type { NativeQuantizer } from '../../binding';
import type { ClipDataset, SkippedSample } from '../dataset/types';
import { rangeMethodSchema } from '../model/quantizationSchema';
import type { ModelMetadata, Quantization } from '../model/types';
import { callNative } from '../native';
import { boundsOf, isWithin, tooCostly } from './bounds';
import { calibrationClips, spreadOver } from './calibrationClips';
import { calibrationData } from './calibrationData';
import { chooseLayers } from './chooseLayers';
import { figuresOf, signalToNoise, type Yardstick } from './figures';
import { type GatheredClips, gatherClips } from './gatherClips';
import type { FilledQuantizeOptions } from './options';
import { Simulation } from './simulation';
import type { QuantizationReport, QuantizeProgress } from './types';

/** Of the clips to measure on, those that methods are compared on, and single layers, which are many. */
const compared = { methods: 16, layers: 8 };

type Options = FilledQuantizeOptions & { signal: AbortSignal };

/** All of a report but what the files are. */
type Done = Omit<
  QuantizationReport,
  'formatVersion' | 'architecture' | 'model' | 'outFile' | 'data' | 'bytes' | 'seconds'
>;

/** Takes ranges from the clips, chooses the layers, and writes the file. */
export async function quantize(
  quantizer: NativeQuantizer,
  metadata: ModelMetadata,
  source: string | ClipDataset,
  options: Options,
): Promise<Done> {
  const { outFile, split, signal, onProgress } = options;
  const data = await calibrationData(source, metadata, split);
  const bounds = boundsOf(options, data.places !== null);
  const simulation = new Simulation(quantizer, signal);
  const skipped: SkippedSample[] = [];
  const onSample = (done: number, total: number) => onProgress?.({ step: 'read', done, total });
  const read = calibrationClips(data, { ...options, skipped, onSample });
  const { samples } = spreadOver(data, options.clips);
  const gathered = await gatherClips(read, samples, (clips) => simulation.observe(clips));
  const clips = gathered.measured.map(({ clip }) => clip);
  const names = options.method === 'auto' ? rangeMethodSchema.options : [options.method];
  const few = clips.slice(0, compared.methods);
  const onCompared = counted('ranges', clips.length + names.length * few.length, onProgress);
  // Whichever: no layer is int8 yet, but the addon wants ranges before it gives logits.
  await simulation.setMethod('min-max');
  const exact = await simulation.logits(clips, simulation.flags(0), onCompared);
  const methods: Done['methods'] = [];
  for (const method of names) {
    await simulation.setMethod(method);
    const simulated = await simulation.logits(few, simulation.flags(1), onCompared);
    methods.push({ method, signalToNoise: signalToNoise(exact.slice(0, compared.methods), simulated) });
  }
  const { method } = methods.reduce((best, one) => (one.signalToNoise > best.signalToNoise ? one : best));
  await simulation.setMethod(method);
  const alone = await layersAlone(simulation, clips.slice(0, compared.layers), exact, onProgress);
  const yardstick = yardstickOf(metadata, gathered, exact);
  const measure = async (int8: Uint8Array) => {
    const onClips = counted('choice', gathered.correction.length + clips.length, onProgress);
    await simulation.prepare(method, int8, gathered.correction, onClips);
    return figuresOf(yardstick, await simulation.logits(clips, int8, onClips));
  };
  const seen = await seenLayers(quantizer);
  const costs = alone.map((cost, layer) => (seen[layer] ? cost : null));
  const choice = await chooseLayers(costs, measure, (figures) => isWithin(figures, bounds));
  if (choice === null) throw tooCostly(bounds);
  const { int8, measured } = choice;
  await simulation.prepare(method, int8, gathered.correction);
  const quantization = await quantizationOf(quantizer, int8, method, gathered.observed);
  await callNative(() => quantizer.save(outFile, int8, JSON.stringify({ ...metadata, quantization })));
  return {
    split: data.split,
    method,
    methods,
    clips: { calibration: gathered.observed, measured: clips.length },
    layers: layerReports(quantizer, int8, alone),
    ...measured,
    skipped,
    warnings: [
      ...data.warnings,
      ...(gathered.warning === null ? [] : [gathered.warning]),
      ...(seen.includes(false)
        ? [`layers that no clip came to, ${seen.filter((one) => !one).length}, stay in float32`]
        : []),
      ...(data.samples.dataset.warnings ?? []),
    ],
  };
}

/** Whether clips came to each layer: one in a branch that none took has read nothing but, as it were, zeros. */
async function seenLayers(quantizer: NativeQuantizer): Promise<boolean[]> {
  const ranges = await callNative(() => quantizer.ranges());
  return ranges.map(({ input }) => input.some((end) => end !== 0));
}

/** Of each layer the signal-to-noise ratio of the logits where it alone is int8. */
async function layersAlone(
  simulation: Simulation,
  clips: GatheredClips['correction'],
  exact: readonly Float32Array[],
  onProgress: Options['onProgress'],
): Promise<number[]> {
  const onLayer = counted('layers', simulation.flags(0).length, onProgress);
  const ratios: number[] = [];
  for (const layer of simulation.flags(0).keys()) {
    const int8 = simulation.flags(0);
    int8[layer] = 1;
    ratios.push(signalToNoise(exact.slice(0, clips.length), await simulation.logits(clips, int8)));
    onLayer(1);
  }
  return ratios;
}

/** What the network gives in float32, and is to give. */
function yardstickOf({ task, output }: ModelMetadata, { measured }: GatheredClips, exact: Float32Array[]): Yardstick {
  const threshold = task !== 'multilabel' ? null : output === 'probabilities' ? 0.5 : 0;
  return { exact, labels: measured.map(({ labels }) => labels), threshold };
}

async function quantizationOf(
  quantizer: NativeQuantizer,
  int8: Uint8Array,
  method: Quantization['method'],
  clips: number,
): Promise<Quantization> {
  const ranges = await callNative(() => quantizer.ranges());
  const layers = quantizer.layers.map(({ name }, index) => {
    const { input, residual } = ranges[index] as (typeof ranges)[number];
    return { layer: name, int8: int8[index] === 1, input, ...(residual && { residual }) };
  });
  return { version: 1, method, clips, layers: layers as Quantization['layers'] };
}

function layerReports({ layers }: NativeQuantizer, int8: Uint8Array, alone: readonly number[]): Done['layers'] {
  const all = layers.reduce((sum, { multiplications }) => sum + multiplications, 0);
  return layers.map(({ name, multiplications }, index) => ({
    name,
    int8: int8[index] === 1,
    signalToNoise: alone[index] as number,
    multiplications: multiplications / all,
  }));
}

/** Tells of the clips or layers of a step that are done. */
function counted(step: QuantizeProgress['step'], total: number, onProgress: Options['onProgress']) {
  let done = 0;
  return (more: number) => {
    done += more;
    onProgress?.({ step, done, total });
  };
}
