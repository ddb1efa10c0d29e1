import { realNumber } from '../../base/schemas';
import { mapOptions } from '../../model/explainOptions';
import { seenArea } from '../../model/heatFrames';
import type { ModelInput } from '../../model/types';
import { workOnVideo } from '../../model/workOnVideo';
import { viewWindows } from '../../video/sampleWindows';
import type { ClipWindow } from '../../video/types';
import type { VideoCall } from './videoCall';

const options = {
  /** The moment, in seconds from the beginning. */
  atSeconds: realNumber(0, 1e7),
  label: mapOptions.label,
};

const crop = { x: 0.5, y: 0.5 };

/** Where the network looks at one moment of a video: a map of it, and the part of the frame that it covers. */
export const explainCall: VideoCall<typeof options> = {
  optionsOf: () => options,
  prepare(model, { atSeconds, label }) {
    const { input, classifier } = model;
    return async function* (source, signal, onStep) {
      const explained = workOnVideo({ inputs: [input], videos: classifier.videos }, source, {
        signal,
        onStep,
        cut: (video, aborted) => {
          return video.readClips([windowAround(atSeconds, input, video.info.durationSeconds)], { signal: aborted });
        },
        work: async (clip, info, aborted) => {
          const { map, ...found } = await model.explainClip(clip, {
            signal: aborted,
            ...(label !== undefined && { label }),
          });
          const { startSeconds, endSeconds } = clip;
          const { height, width } = input;
          const frame = frameAt((atSeconds - startSeconds) / (endSeconds - startSeconds), input.frames);
          const values = map.subarray(frame * height * width, (frame + 1) * height * width);
          const data = Array.from(values, (value) => Number(value.toFixed(3)));
          return {
            ...found,
            atSeconds,
            startSeconds,
            endSeconds,
            map: { height, width, data },
            area: seenArea(info, input, crop),
          };
        },
      });
      for await (const data of explained) yield { name: 'done', data };
    };
  },
};

/** One clip of the model's with the moment in its middle, as far as the video reaches. */
function windowAround(seconds: number, input: Readonly<ModelInput>, durationSeconds: number): ClipWindow {
  const { frames, frameRate, sampling } = input;
  if (sampling === 'segment') return viewWindows(durationSeconds, { clips: 1, ...input })[0] as ClipWindow;
  const length = frames / frameRate;
  const startSeconds = Math.max(0, Math.min(seconds - length / 2, durationSeconds - length));
  return { startSeconds, frames, frameRate };
}

const frameAt = (share: number, frames: number) => Math.max(0, Math.min(frames - 1, Math.floor(share * frames)));
