import type { z } from 'zod';
import type { VideoModel } from '../../model/videoModel';
import type { SpooledVideo } from '../../video/spooledVideo';
import type { ServerEvent } from '../http/answerEvents';

/** One thing that is done with videos: its options, and what it tells of a video, the last of it named `done`. */
export interface VideoCall<Table extends z.ZodRawShape> {
  optionsOf(model: Pick<VideoModel, 'labels'>): Table;
  run(
    model: VideoModel,
    video: SpooledVideo,
    options: z.output<z.ZodObject<Table>>,
    signal: AbortSignal,
  ): AsyncGenerator<ServerEvent, void>;
}
