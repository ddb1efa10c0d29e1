/**
 * Writes small videos of plain colours for the decoding tests: `node makeVideo.mjs '<JSON array of specifications>'`.
 * A frame is `{ pts, y, u, v, a }` in 8-bit values, whatever the pixel format: its planes in their order, less those that
 * the format lacks; or `{ pts, number }`, which shows the number as 4×4 blocks, black or white, of which the first is its
 * lowest bit. `pts` counts in the time base. With a sound codec each frame is half a second of silence; `sound` adds so
 * many of them, from the container's zero, to a video.
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

/** Luma planes only: the others are grey. */
function drawNumber(frame, number) {
  frame.data.forEach((plane, i) => {
    if (i > 0) plane.fill(128);
  });
  const [luma] = frame.data;
  const stride = frame.linesize[0];
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      const bit = Math.floor((x * 4) / frame.width) + 4 * Math.floor((y * 4) / frame.height);
      luma[y * stride + x] = (number >> bit) & 1 ? 235 : 16;
    }
  }
}

function picture(spec, { y, u, v, a, number }) {
  const frame = new av.Frame();
  frame.alloc();
  frame.format = av.avGetPixFmtFromName(spec.pixelFormat ?? 'yuv420p');
  frame.width = spec.width;
  frame.height = spec.height;
  frame.getBuffer(0);
  frame.setFlags(...(spec.frameFlags ?? []).map((flag) => constants[flag]));
  if (number !== undefined) {
    drawNumber(frame, number);
    return frame;
  }
  const [, bits] = /p?(9|10|12|14|16)le$/.exec(spec.pixelFormat ?? '') ?? [null, 8];
  frame.data.forEach((plane, i) => {
    const value = [y, u, v, a][i];
    if (bits === 8) plane.fill(value);
    else new Uint16Array(plane.buffer, plane.byteOffset, plane.length >> 1).fill(value * 2 ** (bits - 8));
  });
  return frame;
}

/** A stream of silence; the function writes its half second number i. */
function openSound(output) {
  const stream = output.newStream(null);
  const par = stream.codecpar;
  par.codecType = c.AVMEDIA_TYPE_AUDIO;
  par.codecId = c.AV_CODEC_ID_PCM_S16LE;
  par.sampleRate = 8000;
  par.format = c.AV_SAMPLE_FMT_S16;
  par.channelLayout = c.AV_CHANNEL_LAYOUT_MONO;
  par.bitRate = 128000n;
  stream.timeBase = new av.Rational(1, 8000);
  const packet = new av.Packet();
  packet.alloc();
  return (i) => {
    packet.data = Buffer.alloc(8000);
    packet.streamIndex = stream.index;
    [packet.pts, packet.dts, packet.duration] = [BigInt(4000 * i), BigInt(4000 * i), 4000n];
    packet.isKeyframe = true;
    packet.rescaleTs({ num: 1, den: 8000 }, stream.timeBase);
    check(output.interleavedWriteFrameSync(packet), 'sound');
  };
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
  const [rateNum, rateDen] = spec.rate ?? [25, 1];
  encoder.framerate = new av.Rational(rateNum, rateDen);
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
  if (spec.rate) stream.avgFrameRate = encoder.framerate;
  const sound = spec.sound ? openSound(output) : null;
  check(output.openOutputSync(), 'open');
  const muxer = spec.muxer ? av.Dictionary.fromObject(spec.muxer) : null;
  check(output.writeHeaderSync(muxer), 'header');
  const packet = new av.Packet();
  packet.alloc();
  const drain = () => {
    while (encoder.receivePacketSync(packet) >= 0) {
      packet.streamIndex = 0;
      // Without one, the last frame of an mp4 would fall outside its edit list.
      packet.duration ||= BigInt(Math.round((rateDen * den) / (rateNum * num)));
      packet.rescaleTs({ num, den }, stream.timeBase);
      check(output.interleavedWriteFrameSync(packet), 'write');
    }
  };
  for (let i = 0; i < (spec.sound ?? 0); i++) sound(i);
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
