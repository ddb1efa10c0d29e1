import { KinetorchError } from '../../base/errors';

type Lib = typeof import('#node-av/lib', { with: { 'resolution-mode': 'import' }});
type Constants = typeof import('#node-av/constants', { with: { 'resolution-mode': 'import' }});

// `#node-av` is package.json's: the package node-av in a checkout, its files carried along in what is published
// (scripts/package/carryNodeAv.mjs), where the package itself would run scripts when it is installed.

/** FFmpeg: node-av's low-level classes and the constants that go with them. */
export type Av = Lib & Constants;

export type Frame = InstanceType<Lib['Frame']>;
export type Packet = InstanceType<Lib['Packet']>;
export type Stream = InstanceType<Lib['Stream']>;
export type FormatContext = InstanceType<Lib['FormatContext']>;
export type CodecContext = InstanceType<Lib['CodecContext']>;

/** Loads FFmpeg into this process, silenced. Only the decoder process calls this. */
export async function loadAv(): Promise<Av> {
  try {
    const [lib, constants] = await Promise.all([import('#node-av/lib'), import('#node-av/constants')]);
    const av = { ...constants, ...lib };
    av.Log.setLevel(av.AV_LOG_QUIET);
    return av;
  } catch (error) {
    throw new KinetorchError(
      'ERR_UNSUPPORTED',
      `FFmpeg (node-av) could not be loaded on ${process.platform}-${process.arch}: ${(error as Error).message.trim()}\n` +
        'What to do:\n  npm install --include=optional',
    );
  }
}

/** Seconds of a timestamp in a stream's time base; null where there is none. */
export function toSeconds(av: Av, timestamp: bigint, stream: Stream): number | null {
  if (timestamp === av.AV_NOPTS_VALUE) return null;
  const { num, den } = stream.timeBase;
  return (Number(timestamp) * num) / den;
}

/** A timestamp as a number, NaN where there is none. */
export function ticks(av: Av, timestamp: bigint): number {
  return timestamp === av.AV_NOPTS_VALUE ? Number.NaN : Number(timestamp);
}
