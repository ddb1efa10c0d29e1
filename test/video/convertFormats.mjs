/**
 * Converts a plain picture of one colour from every pixel format that swscale can write and reads it back with the
 * project's converter. Prints `{ name: { pixel, warnings } | { error } }`; formats that swscale only reads hold zeros.
 */
import { writeFileSync } from 'node:fs';
import * as c from 'node-av/constants';
import * as lib from 'node-av/lib';
import geometry from '../../dist/video/decoder/frameGeometry.js';
import converter from '../../dist/video/decoder/rgbConverter.js';

const av = { ...c, ...lib };
av.Log.setLevel(c.AV_LOG_QUIET);
const { colour, flags } = JSON.parse(process.argv[2]);
// Odd, and no multiple of a vector.
const [width, height] = [67, 45];

function frameOf(format) {
  const frame = new av.Frame();
  frame.alloc();
  Object.assign(frame, { format, width, height });
  if (frame.getBuffer(0) < 0) return null;
  for (const plane of frame.data ?? []) plane.fill(0);
  return frame;
}

const plain = frameOf(c.AV_PIX_FMT_RGB24);
plain.colorRange = c.AVCOL_RANGE_JPEG;
const [bytes] = plain.data;
for (let i = 0; i < bytes.length; i++) bytes[i] = colour[(i % plain.linesize[0]) % 3];

const results = {};
for (let format = 0; format < 1000; format++) {
  const name = av.avGetPixFmtName(format);
  const frame = name ? frameOf(format) : null;
  if (!frame) continue;
  const writer = new av.SoftwareScaleContext();
  writer.allocContext();
  writer.setOption('sws_flags', c.SWS_BICUBIC | c.SWS_ACCURATE_RND | c.SWS_FULL_CHR_H_INT);
  // Not those that are assumed where nothing is said; swscale heeds them for YUV alone.
  frame.colorSpace = c.AVCOL_SPC_BT2020_NCL;
  frame.colorRange = c.AVCOL_RANGE_JPEG;
  const isWritten = writer.scaleFrameSync(frame, plain) >= 0;
  frame.setFlags(...flags.map((flag) => av[flag]));
  try {
    const rgb = new converter.RgbConverter(av, frame, geometry.ownGeometry, {
      untaggedMatrix: 'by-height',
      resize: null,
    });
    const middle = (22 * width + 33) * 3;
    const pixel = [...rgb.convert(frame).subarray(middle, middle + 3)];
    results[name] = { pixel, isWritten, warnings: [...rgb.warnings] };
    rgb.close();
  } catch (error) {
    results[name] = { error: error.code };
  }
}
writeFileSync(1, JSON.stringify(results));
process.kill(process.pid, 'SIGKILL');
