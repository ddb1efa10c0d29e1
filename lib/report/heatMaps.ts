import { KinetorchError } from '../base/errors';
import type { RgbFrame } from '../clip/contactSheet';
import type { RgbClip } from '../clip/types';
import { heatFrames } from '../model/heatFrames';
import { loadModel } from '../model/loadModel';
import type { LoadModelOptions } from '../model/options';
import type { VideoModel } from '../model/videoModel';

/** Below this many places a side, a map tells too little; stages before the last have twice as many each. */
const fewestPlaces = 5;
const crop = { x: 0.5, y: 0.5 };
const style = { colormap: 'viridis', alpha: 0.5 } as const;

/** A model that says where it looked. It is loaded when it is first asked, without time spent on making it fast. */
export class HeatMaps implements AsyncDisposable {
  private loaded: Promise<VideoModel> | null = null;
  private layer: Promise<string> | null = null;

  constructor(
    private readonly path: string,
    private readonly options: LoadModelOptions,
  ) {}

  /** The frames that the network sees of a clip, each with the map of a label; none of a network that gives no map. */
  async framesOf(clip: RgbClip, label: string): Promise<RgbFrame[]> {
    const quickly = { optimize: 'off', tuning: { timeMs: 0, folder: null } } as const;
    this.loaded ??= loadModel(this.path, { ...this.options, ...quickly });
    const model = await this.loaded;
    if (!model.labels.includes(label) || !model.outputs.includes('features')) return [];
    this.layer ??= fineLayer(model, clip);
    try {
      const { map } = await model.explainClip(clip, { label, layer: await this.layer });
      return await heatFrames(clip, map, { input: model.input, crop }, style);
    } catch (error) {
      if (error instanceof KinetorchError && error.code === 'ERR_UNSUPPORTED') return [];
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.loaded?.catch(() => null))?.dispose();
  }
}

/** The last stage whose maps are fine enough. */
async function fineLayer(model: VideoModel, clip: RgbClip): Promise<string> {
  const { features } = await model.run(clip, { outputs: ['features'] });
  const places = Math.min(...features.shape.slice(2));
  const halvings = Math.ceil(Math.log2(fewestPlaces / places));
  const { stages } = model.metadata;
  return halvings <= 0 ? 'last' : (stages[Math.max(1, stages.length - 1 - halvings)] ?? 'last');
}
