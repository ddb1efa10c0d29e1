/**
 * Writes small videos of plain colours for the decoding tests: `node makeVideo.mjs '<JSON array of specifications>'`.
 * A frame is `{ pts, y, u, v, a }` in 8-bit values, whatever the pixel format: its planes in their order, less those that
 * the format lacks. `pts` counts in the time base. With a sound
 * codec each frame is half a second of silence.
 */
import { writeFileSync } from 'node:fs';
import * as c from 'node-av/constants';
import * as av from 'node-av/lib';

/** Those that a specification names. */
const constants = { ...c };

const check = (status, what) => {
  if (status < 0) throw new Error(`${what}: ${av.FFmpegError.strerror(status)}`);
  return status;
};

function silence() {
  const channelLayout = c.AV_CHANNEL_LAYOUT_MONO;
  const props = { nbSamples: 4000, format: c.AV_SAMPLE_FMT_S16, sampleRate: 8000, channelLayout };
  return av.Frame.fromAudioBuffer(Buffer.alloc(8000), props);
}

function picture(spec, { y, u, v, a }) {
  const frame = new av.Frame();
  frame.alloc();
  frame.format = av.avGetPixFmtFromName(spec.pixelFormat ?? 'yuv420p');
  frame.width = spec.width;
  frame.height = spec.height;
  frame.getBuffer(0);
  const [, bits] = /p?(9|10|12|14|16)le$/.exec(spec.pixelFormat ?? '') ?? [null, 8];
  frame.data.forEach((plane, i) => {
    const value = [y, u, v, a][i];
    if (bits === 8) plane.fill(value);
    else new Uint16Array(plane.buffer, plane.byteOffset, plane.length >> 1).fill(value * 2 ** (bits - 8));
  });
  frame.setFlags(...(spec.frameFlags ?? []).map((flag) => constants[flag]));
  return frame;
}

function make(spec) {
  const [num, den] = spec.timeBase ?? [1, 1000];
  const output = new av.FormatContext();
  check(output.allocOutputContext2(null, spec.format, spec.path), 'format');
  const codec = av.Codec.findEncoderByName(spec.codec);
  const encoder = new av.CodecContext();
  encoder.allocContext3(codec);
  if (codec.type === c.AVMEDIA_TYPE_AUDIO) {
    encoder.sampleRate = 8000;
    encoder.sampleFormat = c.AV_SAMPLE_FMT_S16;
    encoder.channelLayout = c.AV_CHANNEL_LAYOUT_MONO;
  }
  encoder.width = spec.width;
  encoder.height = spec.height;
  encoder.pixelFormat = av.avGetPixFmtFromName(spec.pixelFormat ?? 'yuv420p');
  encoder.timeBase = new av.Rational(num, den);
  encoder.framerate = new av.Rational(25, 1);
  encoder.gopSize = spec.gop ?? 12;
  encoder.maxBFrames = spec.bFrames ?? 0;
  if (spec.colorSpace !== undefined) encoder.colorSpace = spec.colorSpace;
  if (spec.colorRange !== undefined) encoder.colorRange = spec.colorRange;
  if (spec.colorTrc !== undefined) encoder.colorTrc = spec.colorTrc;
  if (spec.colorPrimaries !== undefined) encoder.colorPrimaries = spec.colorPrimaries;
  if (spec.sampleAspectRatio) encoder.sampleAspectRatio = new av.Rational(...spec.sampleAspectRatio);
  if (spec.format === 'mp4' || spec.format === 'matroska') encoder.setFlags(c.AV_CODEC_FLAG_GLOBAL_HEADER);
  for (const [name, value] of Object.entries(spec.options ?? {})) encoder.setOption(name, value);
  check(encoder.open2Sync(codec, null), 'encoder');
  const stream = output.newStream(null);
  stream.codecpar.fromContext(encoder);
  stream.timeBase = new av.Rational(num, den);
  if (spec.sampleAspectRatio) stream.sampleAspectRatio = new av.Rational(...spec.sampleAspectRatio);
  for (const [type, values] of Object.entries(spec.sideData ?? {})) {
    check(stream.codecpar.addCodedSideData(constants[type], Buffer.from(Int32Array.from(values).buffer)), 'side data');
  }
  check(output.openOutputSync(), 'open');
  const muxer = spec.muxer ? av.Dictionary.fromObject(spec.muxer) : null;
  check(output.writeHeaderSync(muxer), 'header');
  const packet = new av.Packet();
  packet.alloc();
  const drain = () => {
    while (encoder.receivePacketSync(packet) >= 0) {
      packet.streamIndex = 0;
      // Without one, the last frame of an mp4 would fall outside its edit list.
      packet.duration ||= BigInt(Math.round((0.04 * den) / num));
      packet.rescaleTs({ num, den }, stream.timeBase);
      check(output.interleavedWriteFrameSync(packet), 'write');
    }
  };
  for (const entry of spec.frames) {
    const frame = codec.type === c.AVMEDIA_TYPE_AUDIO ? silence() : picture(spec, entry);
    frame.pts = BigInt(entry.pts);
    check(encoder.sendFrameSync(frame), 'frame');
    drain();
  }
  encoder.sendFrameSync(null);
  drain();
  check(output.writeTrailerSync(), 'trailer');
  output.closeOutputSync();
}

av.Log.setLevel(c.AV_LOG_ERROR);
for (const spec of JSON.parse(process.argv[2])) make(spec);
writeFileSync(1, 'made\n');
// Native destructors at exit are not what is tested here.
process.kill(process.pid, 'SIGKILL');
