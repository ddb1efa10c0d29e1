import { invalidArgument } from '../../base/errors';
import { parse, parseOptions } from '../../base/validation';
import { cropClip } from '../../clip/cropClip';
import type { RgbClip } from '../../clip/types';
import { labelsSchema } from '../../model/schemas';
import type { ModelInput } from '../../model/types';
import { type VideoDatasetOptions, videoDatasetOptions } from '../options';
import type { ClipCache, ClipDataset, ClipRequest, VideoSample } from '../types';
import { spanKey } from './spanKey';
import { readSpans, type Span, type SpanFrames } from './spanReader';
import {
  evaluationChoice,
  type FrameChoice,
  gridRate,
  type TemporalSampling,
  trainingChoice,
  viewChoices,
} from './temporalSampling';
import { VideoWarnings } from './videoWarnings';

/**
 * Clips of video files, decoded when asked for. In training a clip starts anywhere in its sample, in evaluation it is the
 * middle one. Resized as the input says; where that gives only the short side, clips of every shape are cut to a square
 * of it, at a random place in training and at the centre in evaluation; views keep their shape, for crops to differ.
 */
export class VideoDataset implements ClipDataset {
  /** Present where samples may have several labels. */
  readonly labelsOf?: (index: number) => readonly number[];
  private readonly input: ModelInput;
  private readonly sampling: TemporalSampling;
  private readonly cache: ClipCache | null;
  private readonly keys = new Map<number, Promise<string>>();
  private readonly pictureRate: number;
  private readonly found = new VideoWarnings();

  constructor(
    readonly labels: readonly string[],
    private readonly samples: readonly VideoSample[],
    options: VideoDatasetOptions,
  ) {
    parse(labelsSchema, labels, 'labels');
    const { input, stride, speed, cache, multiLabel, pictureRate } = parseOptions(videoDatasetOptions, options);
    const { frames, frameRate, sampling = 'dense' } = input;
    if (sampling === 'segment' && stride !== 1) {
      throw invalidArgument('stride', "1 with the sampling 'segment', whose frames span the whole video,", stride);
    }
    this.input = input;
    this.sampling = { frames, frameRate, stride, sampling, speed };
    this.cache = cache;
    this.pictureRate = pictureRate;
    if (multiLabel) this.labelsOf = (index) => this.sampleAt(index).labels;
  }

  get length(): number {
    return this.samples.length;
  }

  /** What decoders said of the videos that were decoded so far, not of those that a cache held. */
  get warnings(): readonly string[] {
    return this.found.all;
  }

  labelOf(index: number): number {
    return this.sampleAt(index).labels[0] as number;
  }

  /** The path, and the part of the video where the sample is one. */
  nameOf(index: number): string {
    const { path, startSeconds, endSeconds } = this.sampleAt(index);
    if (startSeconds === null && endSeconds === null) return path;
    return `${path} from ${startSeconds ?? 0} s${endSeconds === null ? '' : ` to ${endSeconds} s`}`;
  }

  async clip(index: number, { mode, random, signal }: ClipRequest): Promise<RgbClip> {
    if (mode === 'evaluate') {
      return this.crop(await this.read(index, evaluationChoice(this.sampling), signal), 0.5, 0.5);
    }
    const [x, y] = [random(), random()];
    return this.crop(await this.read(index, trainingChoice(this.sampling, random), signal), x, y);
  }

  async views(index: number, clips: number): Promise<RgbClip[]> {
    return (await VideoDataset.sharedViews([this], index, clips))[0] as RgbClip[];
  }

  /**
   * The views of a sample that each of several datasets of the same samples gives; its video is decoded once. What the
   * decoder says of it, the first is told.
   *
   * @internal
   */
  static async sharedViews(datasets: readonly VideoDataset[], index: number, clips: number): Promise<RgbClip[][]> {
    const wanted = datasets.map((dataset) => {
      const views = viewChoices(dataset.sampling, clips);
      return dataset.framesOf(index, (count) => views(count).flat());
    });
    const [first] = datasets as readonly [VideoDataset];
    const read = await readSpans(await Promise.all(wanted), { onWarnings: first.noteWarnings(index) });
    return datasets.map(({ sampling }, dataset) => inViews(read[dataset] as RgbClip, sampling.frames));
  }

  private async read(index: number, choose: FrameChoice, signal?: AbortSignal): Promise<RgbClip> {
    const frames = await this.framesOf(index, choose);
    const [clip] = await readSpans([frames], { signal, onWarnings: this.noteWarnings(index) });
    return clip as RgbClip;
  }

  private async framesOf(index: number, choose: FrameChoice): Promise<SpanFrames> {
    const place = this.cache && { cache: this.cache, key: await this.keyOf(index) };
    return { span: this.spanOf(index), choose, place };
  }

  private spanOf(index: number): Span {
    const { path, isFrames, startSeconds, endSeconds } = this.sampleAt(index);
    return {
      path,
      pictureRate: isFrames ? this.pictureRate : null,
      startSeconds,
      endSeconds,
      rate: gridRate(this.sampling),
      resize: this.input.resize,
      antialias: this.input.antialias,
      untaggedMatrix: this.input.untaggedMatrix,
    };
  }

  private noteWarnings(index: number): (warnings: readonly string[]) => void {
    return (warnings) => this.found.add(this.sampleAt(index).path, warnings);
  }

  /**
   * A name for what sample `index` decodes to.
   *
   * @internal
   */
  keyOf(index: number): Promise<string> {
    const known = this.keys.get(index) ?? spanKey(this.spanOf(index));
    this.keys.set(index, known);
    return known;
  }

  private crop(clip: RgbClip, x: number, y: number): RgbClip {
    const [height, width = height] = this.input.resize;
    return cropClip(clip, height, width, x, y);
  }

  private sampleAt(index: number): VideoSample {
    const sample = this.samples[index];
    if (!sample) throw invalidArgument('index', `an integer from 0 to ${this.samples.length - 1}`, index);
    return sample;
  }
}

/** Clips of `frames` frames that lie one after the other. */
function inViews(all: RgbClip, frames: number): RgbClip[] {
  const bytes = frames * all.height * all.width * 3;
  return Array.from({ length: all.frames / frames }, (_, view) => ({
    ...all,
    data: all.data.subarray(view * bytes, (view + 1) * bytes),
    frames,
  }));
}
