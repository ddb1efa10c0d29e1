import type { ModelInput } from '../model/types';
import { native } from '../native';
import { openVideo } from '../video/openVideo';
import { cropClip } from './cropClip';
import type { ClipDataset, ClipRequest, DatasetClip } from './types';

/** A video file and the index of its class. */
export interface LabelledFile {
  path: string;
  label: number;
}

/**
 * One clip a file, decoded when asked for: from a random start in training, from the middle in evaluation; a file
 * shorter than a clip gives its last frame again. Resized as the model's `input` says. Where that gives only the short
 * side, files of every shape are cut to a square of it, at a random place in training and at the centre in evaluation.
 */
export class VideoFileDataset implements ClipDataset {
  constructor(
    readonly labels: readonly string[],
    private readonly files: readonly LabelledFile[],
    private readonly input: ModelInput,
  ) {}

  get length(): number {
    return this.files.length;
  }

  labelOf(index: number): number {
    return this.fileAt(index).label;
  }

  nameOf(index: number): string {
    return this.fileAt(index).path;
  }

  async clip(index: number, { mode, random }: ClipRequest): Promise<DatasetClip> {
    const place = mode === 'train' ? random : () => 0.5;
    const decoded = await this.decode(this.fileAt(index).path, place());
    const { resize, antialias } = this.input;
    const resized = await native().resizeClip(decoded, resize, antialias);
    const [height, width = height] = resize;
    return cropClip(resized, height, width, place(), place());
  }

  /** `place` is where the clip lies in the video: 0 at its start, 1 at its end. */
  private async decode(path: string, place: number): Promise<DatasetClip> {
    const { frames, frameRate } = this.input;
    const video = await openVideo(path);
    try {
      const slack = Math.max(0, (video.info.durationSeconds ?? 0) - frames / frameRate);
      for await (const clip of video.readClips([{ startSeconds: slack * place, frames, frameRate }])) {
        const { data, height, width } = clip;
        return { data, frames: clip.frames, height, width };
      }
      throw new Error('the decoder gave no clip');
    } finally {
      await video.close();
    }
  }

  private fileAt(index: number): LabelledFile {
    const file = this.files[index];
    if (!file) throw new RangeError(`expected an index below ${this.files.length} but received ${index}`);
    return file;
  }
}
