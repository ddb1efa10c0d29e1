import type { z } from 'zod';
import type { VideoModel } from '../../model/videoModel';
import type { OnVideoStep } from '../../model/videoSteps';
import type { SpooledVideo } from '../../video/spooledVideo';
import type { ServerEvent } from '../http/answerEvents';

/** One thing that is done with videos: its options, and what it tells of a video, the last of it named `done`. */
export interface VideoCall<Table extends z.ZodRawShape> {
  optionsOf(model: Pick<VideoModel, 'labels'>): Table;
  /** Throws what is wrong with options together, or with this model for them, before there is a video. */
  prepare(
    model: VideoModel,
    options: z.output<z.ZodObject<Table>>,
  ): (video: SpooledVideo, signal: AbortSignal, onStep: OnVideoStep) => AsyncGenerator<ServerEvent, void>;
}
