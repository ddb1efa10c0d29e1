import { statSync } from 'node:fs';
import { type Av, type Stream, toSeconds, usualSeconds } from './av';
import type { Pulse } from './pulse';
import { openInput, type VideoInput } from './videoInput';

/** Files up to this size are read whole, which also gives their exact average rate; it takes milliseconds. */
const readWholeBytes = 32 * 2 ** 20;
/** How far before the declared end the reading of a larger file begins. */
const tailSeconds = 2;

export interface VideoMeasure {
  /** From `zeroSeconds` to the end of the last video packet. */
  durationSeconds: number;
  frameRate: number | null;
  /** What the header promises beyond what is there. */
  warnings: string[];
}

/** Where the header says that the video, and the longest stream, ends; null where it doesn't say. */
interface DeclaredEnds {
  video: number | null;
  any: number | null;
}

interface Extent {
  /** Whether every packet was read, and not only those at the end. */
  isWhole: boolean;
  packets: number;
  start: number;
  videoEnd: number;
  anyEnd: number;
  /** Why reading stopped, where that was not the end of the file. */
  failure: string | null;
}

/**
 * Finds where a video really ends, by reading packets without decoding them: all of them in a small file, else from
 * shortly before the declared end. Where that finds nothing (no header, no index, a file that was cut short), all.
 * Packets without timestamps are frames one after the other, as they are shown.
 */
export async function measureVideo(
  av: Av,
  path: string,
  name: string,
  zeroSeconds: number,
  pulse: Pulse,
): Promise<VideoMeasure> {
  const input = openInput(av, path, name);
  const declared = declaredEnds(av, input);
  const average = input.stream.avgFrameRate;
  const usual = usualSeconds(input.stream);
  const averageRate = average.num > 0 && average.den > 0 ? average.num / average.den : null;
  const isLarge = declared.video !== null && statSync(path).size > readWholeBytes;
  let extent: Extent | null;
  try {
    extent = await (isLarge
      ? readTail(av, input, declared, averageRate, pulse)
      : readPackets(av, input, averageRate, pulse));
  } finally {
    input.context.closeInputSync();
  }
  if (extent === null) {
    // The seek has moved the input, and not every container can go back: begin afresh.
    const afresh = openInput(av, path, name);
    try {
      extent = await readPackets(av, afresh, averageRate, pulse);
    } finally {
      afresh.context.closeInputSync();
    }
  }
  if (!Number.isFinite(extent.videoEnd)) {
    return { durationSeconds: extent.packets * usual, frameRate: averageRate, warnings: [] };
  }
  const span = extent.videoEnd - extent.start;
  const frameRate = extent.isWhole && extent.packets > 1 && span > 0 ? extent.packets / span : averageRate;
  const durationSeconds = Math.max(0, extent.videoEnd - zeroSeconds);
  return { durationSeconds, frameRate, warnings: shortfalls(extent, declared) };
}

function shortfalls(extent: Extent, declared: DeclaredEnds): string[] {
  const warnings = [];
  const falls = (promised: number | null, found: number) =>
    promised !== null && promised - found > Math.max(0.5, 0.02 * promised);
  if (falls(declared.video, extent.videoEnd) && (declared.any === null || falls(declared.any, extent.anyEnd))) {
    warnings.push(
      `the file was cut short: its header promises ${declared.video?.toFixed(2)} s of video, ` +
        `but the last frame ends at ${extent.videoEnd.toFixed(2)} s`,
    );
  }
  if (extent.failure !== null) warnings.push(`the file is damaged near its end: ${extent.failure}`);
  return warnings;
}

function declaredEnds(av: Av, { context, stream }: VideoInput): DeclaredEnds {
  const container = context.iformat?.name;
  const start = toSeconds(av, stream.startTime, stream) ?? 0;
  const { num, den } = stream.avgFrameRate;
  // A bare stream of pictures has no header: FFmpeg guesses its length from the bit rate.
  if (container === 'mjpeg') return { video: null, any: null };
  // FFmpeg shortens an AVI's duration to fit the file's size; the count of frames in its header is left as it is.
  if (container === 'avi' && stream.nbFrames > 0n && num > 0) {
    return { video: start + (Number(stream.nbFrames) * den) / num, any: null };
  }
  // Matroska writes the time of the end, others the length from the first frame.
  const isEnd = container === 'matroska,webm' || context.startTime === av.AV_NOPTS_VALUE;
  const first = isEnd ? 0 : Number(context.startTime);
  const any = context.duration === av.AV_NOPTS_VALUE ? null : (first + Number(context.duration)) / 1e6;
  const duration = toSeconds(av, stream.duration, stream);
  return { video: duration === null ? any : start + duration, any };
}

/** Null where the seek fails or nothing is found behind it. */
async function readTail(av: Av, input: VideoInput, declared: DeclaredEnds, frameRate: number | null, pulse: Pulse) {
  const { num, den } = input.stream.timeBase;
  const from = Math.max(0, (declared.video ?? 0) - tailSeconds);
  const target = BigInt(Math.floor((from * den) / num));
  if (input.context.seekFrameSync(input.stream.index, target, av.AVSEEK_FLAG_BACKWARD) < 0) return null;
  const extent = await readPackets(av, input, frameRate, pulse);
  const isUsable = Number.isFinite(extent.videoEnd) && extent.failure === null;
  return isUsable ? { ...extent, isWhole: false } : null;
}

async function readPackets(av: Av, input: VideoInput, frameRate: number | null, pulse: Pulse): Promise<Extent> {
  const extent: Extent = {
    isWhole: true,
    packets: 0,
    start: Infinity,
    videoEnd: -Infinity,
    anyEnd: -Infinity,
    failure: null,
  };
  const streams = input.context.streams;
  const packet = new av.Packet();
  packet.alloc();
  try {
    for (;;) {
      await pulse.beat();
      const status = input.context.readFrameSync(packet);
      if (status === av.AVERROR_EAGAIN) continue;
      if (status < 0) {
        if (status !== av.AVERROR_EOF) extent.failure = av.FFmpegError.strerror(status);
        return extent;
      }
      const stream = streams[packet.streamIndex];
      if (stream !== undefined) {
        const isVideo = stream.index === input.stream.index;
        const span = packetSpan(av, packet, stream, isVideo ? frameRate : null);
        if (isVideo) extent.packets++;
        if (span !== null) {
          extent.anyEnd = Math.max(extent.anyEnd, span.end);
          if (isVideo) extent.start = Math.min(extent.start, span.start);
          if (isVideo) extent.videoEnd = Math.max(extent.videoEnd, span.end);
        }
      }
      packet.unref();
    }
  } finally {
    packet.free();
  }
}

function packetSpan(av: Av, packet: InstanceType<Av['Packet']>, stream: Stream, frameRate: number | null) {
  const start = toSeconds(av, packet.pts, stream) ?? toSeconds(av, packet.dts, stream);
  if (start === null) return null;
  const duration = packet.duration > 0n ? (toSeconds(av, packet.duration, stream) ?? 0) : 1 / (frameRate ?? Infinity);
  return { start, end: start + duration };
}
