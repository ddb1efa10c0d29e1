/**
 * Decodes a video from its first frame to its last, without seeking, and prints `[{ time, hash }]`: what the reader's
 * choice of frames is compared with. Only the conversion to RGB is the project's own.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import * as c from 'node-av/constants';
import * as av from 'node-av/lib';
import geometry from '../../dist/video/decoder/frameGeometry.js';
import converter from '../../dist/video/decoder/rgbConverter.js';

av.Log.setLevel(c.AV_LOG_QUIET);
const input = new av.FormatContext();
input.openInputSync(process.argv[2], null, null);
input.findStreamInfoSync(null);
const stream = input.streams[input.findBestStream(c.AVMEDIA_TYPE_VIDEO)];
const codec = av.Codec.findDecoder(stream.codecpar.codecId);
const decoder = new av.CodecContext();
decoder.allocContext3(codec);
decoder.parametersToContext(stream.codecpar);
decoder.pktTimebase = stream.timeBase;
decoder.open2Sync(codec, null);
const [packet, frame] = [new av.Packet(), new av.Frame()];
packet.alloc();
frame.alloc();
const ffmpeg = { ...c, ...av };
const zero = Number(input.startTime) / 1e6;
const frames = [];
let rgb = null;
const drain = () => {
  while (decoder.receiveFrameSync(frame) >= 0) {
    const seen = geometry.geometryOf(ffmpeg, stream, frame);
    rgb ??= new converter.RgbConverter(ffmpeg, frame, seen, { untaggedMatrix: 'by-height', resize: null });
    const stamp = frame.bestEffortTimestamp;
    const time = (Number(stamp) * stream.timeBase.num) / stream.timeBase.den - zero;
    const hash = createHash('sha1').update(rgb.convert(frame)).digest('hex');
    frames.push({ time: stamp === c.AV_NOPTS_VALUE ? null : time, hash });
  }
};
while (input.readFrameSync(packet) >= 0) {
  if (packet.streamIndex === stream.index) {
    decoder.sendPacketSync(packet);
    drain();
  }
  packet.unref();
}
decoder.sendPacketSync(null);
drain();
writeFileSync(1, JSON.stringify(frames));
process.kill(process.pid, 'SIGKILL');
