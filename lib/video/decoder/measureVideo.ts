import { KinetorchError } from '../../base/errors';
import { type Av, type Stream, toSeconds } from './av';
import type { InputFile } from './inputFile';
import { PacketTable } from './packetTable';
import type { Pulse } from './pulse';
import { Timeline } from './timeline';
import { openInput, type VideoInput } from './videoInput';

/** Files up to this size are read whole, which tells the time of every picture; it takes milliseconds. */
const readWholeBytes = 32 * 2 ** 20;
/** The same for files without a header, which are told by nothing else. Reading is a quarter of a gigabyte a second. */
const readWholeHeaderlessBytes = 2 ** 30;
/** How far before the declared end the reading of a larger file begins. */
const tailSeconds = 2;
/** Packets at the start of a larger file that tell what its stamps are like. */
const headPackets = 200;
/** Containers of bytes that can be cut and joined anywhere. */
const headerless = ['mpegts', 'mpeg'];

export interface VideoMeasure {
  timeline: Timeline;
  /** What the header promises beyond what is there. */
  warnings: string[];
}

/** Where the header says that the video, and the longest stream, ends; null where it doesn't say. */
interface DeclaredEnds {
  video: number | null;
  any: number | null;
}

/** What was read. */
interface Extent {
  table: PacketTable;
  /** Whether every packet was read, and not only those at both ends. */
  isWhole: boolean;
  videoEnd: number;
  anyEnd: number;
  /** Why reading stopped, where that was not the end of the file. */
  failure: string | null;
}

/**
 * Finds when a video's pictures appear and where it really ends, by reading packets without decoding them: all of them in
 * a small file, else the first ones and those from shortly before the declared end. Where that finds nothing (no header,
 * no index, a file that was cut short), all.
 */
export async function measureVideo(av: Av, file: InputFile, pulse: Pulse): Promise<VideoMeasure> {
  const read = async <T>(work: (input: VideoInput) => Promise<T>): Promise<T> => {
    const input = openInput(av, file);
    try {
      return await work(input);
    } finally {
      input.context.closeInputSync();
    }
  };
  const measured = await read(async (input) => {
    const declared = declaredEnds(av, input);
    const limit = isHeaderless(input) ? readWholeHeaderlessBytes : readWholeBytes;
    const isLarge = declared.video !== null && file.bytes > limit;
    const extent = await (isLarge ? readEnds(av, input, declared.video ?? 0, pulse) : readPackets(av, input, pulse));
    return extent && describe(input, extent, declared);
  });
  // A seek that failed has moved the input, and not every container can go back: begin afresh.
  return (
    measured ??
    (await read(async (input) => describe(input, await readPackets(av, input, pulse), declaredEnds(av, input))))
  );
}

function describe(input: VideoInput, extent: Extent, declared: DeclaredEnds): VideoMeasure {
  const { avgFrameRate, rFrameRate, timeBase, codecpar, duration, nbFrames } = input.stream;
  const isMp4 = input.context.iformat?.name?.startsWith('mov') ?? false;
  const isComplete = isMp4 && extent.table.length === Number(nbFrames);
  const timeline = new Timeline(extent.table, extent.isWhole, {
    tick: timeBase.num / timeBase.den,
    rates: [avgFrameRate, rFrameRate].map(({ num, den }) => num / den).filter((rate) => rate > 0 && rate < Infinity),
    delay: codecpar.videoDelay,
    isCuttable: isHeaderless(input),
    statedTicks: isComplete ? Number(duration) : null,
  });
  const isTold = timeline.warnings.length > 0 || isHeaderless(input);
  return { timeline, warnings: [...timeline.warnings, ...shortfalls(extent, declared, isTold)] };
}

const isHeaderless = ({ context }: VideoInput) => headerless.includes(context.iformat?.name ?? '');

/** `isTold`: the length is already known to differ from what the stamps say, or nothing promised one. */
function shortfalls(extent: Extent, declared: DeclaredEnds, isTold: boolean): string[] {
  const warnings = [];
  const falls = (promised: number | null, found: number) =>
    promised !== null && Number.isFinite(found) && promised - found > Math.max(0.5, 0.02 * promised);
  if (
    !isTold &&
    falls(declared.video, extent.videoEnd) &&
    (declared.any === null || falls(declared.any, extent.anyEnd))
  ) {
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
async function readEnds(av: Av, input: VideoInput, declaredEnd: number, pulse: Pulse): Promise<Extent | null> {
  const { num, den } = input.stream.timeBase;
  const head = await readPackets(av, input, pulse, headPackets);
  const target = BigInt(Math.floor((Math.max(0, declaredEnd - tailSeconds) * den) / num));
  if (input.context.seekFrameSync(input.stream.index, target, av.AVSEEK_FLAG_BACKWARD) < 0) return null;
  const ends = await readPackets(av, input, pulse, Infinity, head.table);
  return ends.table.length === headPackets ? null : { ...ends, isWhole: false };
}

/** Reads on for `most` packets of the video, or to the end. */
async function readPackets(
  av: Av,
  input: VideoInput,
  pulse: Pulse,
  most = Infinity,
  table = new PacketTable(),
): Promise<Extent> {
  const extent: Extent = { table, isWhole: true, videoEnd: -Infinity, anyEnd: -Infinity, failure: null };
  const { streams } = input.context;
  const packet = new av.Packet();
  packet.alloc();
  try {
    while (table.length < most) {
      await pulse.beat();
      const status = input.context.readFrameSync(packet);
      if (status === av.AVERROR_EAGAIN) continue;
      if (status < 0) {
        if (status !== av.AVERROR_EOF) extent.failure = av.FFmpegError.strerror(status);
        break;
      }
      const stream = streams[packet.streamIndex];
      if (stream !== undefined) {
        const end = packetEnd(av, packet, stream);
        extent.anyEnd = Math.max(extent.anyEnd, end);
        if (stream.index === input.stream.index) {
          if (packet.getSideData(av.AV_PKT_DATA_ENCRYPTION_INFO) !== null) throw encryptedError(input);
          table.add(av, packet);
          extent.videoEnd = Math.max(extent.videoEnd, end);
        }
      }
      packet.unref();
    }
    return extent;
  } finally {
    packet.free();
  }
}

function encryptedError({ name }: VideoInput): KinetorchError {
  return new KinetorchError(
    'ERR_VIDEO_DECODE',
    `"${name}" is encrypted (DRM): it has to be decrypted before it can be read`,
  );
}

function packetEnd(av: Av, packet: InstanceType<Av['Packet']>, stream: Stream): number {
  const start = toSeconds(av, packet.pts, stream) ?? toSeconds(av, packet.dts, stream);
  return start === null ? -Infinity : start + (toSeconds(av, packet.duration, stream) ?? 0);
}
