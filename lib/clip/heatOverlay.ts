import { type ColorMap, colorSteps, colorTable } from './colorMap';
import type { RgbFrame } from './contactSheet';

/** H×W values from 0 to 1. */
export interface HeatMap {
  values: Float32Array;
  height: number;
  width: number;
}

/** A rectangle of a frame, in shares of its height and width. */
export interface FrameArea {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** How a map is laid over a frame. */
export interface HeatStyle {
  colormap: ColorMap;
  /** How much of a pixel is the map's colour. */
  alpha: number;
}

/** The frame with a map, resized bilinearly to `area` of it, over it; the rest of the frame stays as it is. */
export function overlayHeat(frame: RgbFrame, map: HeatMap, area: FrameArea, { colormap, alpha }: HeatStyle): RgbFrame {
  const { height, width } = frame;
  const data = Uint8Array.from(frame.data);
  const colors = colorTable(colormap);
  const rows = axis(height, area.top, area.height, map.height);
  const columns = axis(width, area.left, area.width, map.width);
  const { values } = map;
  for (const row of rows) {
    for (const column of columns) {
      const above = mix(values, row.first * map.width, column);
      const below = mix(values, row.second * map.width, column);
      const color = Math.round((above + (below - above) * row.share) * (colorSteps - 1)) * 3;
      const place = (row.pixel * width + column.pixel) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const pixel = data[place + channel] as number;
        data[place + channel] = Math.round(pixel + ((colors[color + channel] as number) - pixel) * alpha);
      }
    }
  }
  return { data, height, width };
}

/** A pixel of a frame's side, and the two of the map's between which its centre lies. */
interface Sample {
  pixel: number;
  first: number;
  second: number;
  /** Of the second. */
  share: number;
}

function axis(side: number, from: number, length: number, mapSide: number): Sample[] {
  const samples: Sample[] = [];
  for (let pixel = 0; pixel < side; pixel++) {
    const place = (pixel + 0.5) / side - from;
    if (place < 0 || place >= length) continue;
    const at = Math.min(Math.max((place / length) * mapSide - 0.5, 0), mapSide - 1);
    const first = Math.min(Math.floor(at), Math.max(0, mapSide - 2));
    samples.push({ pixel, first, second: Math.min(first + 1, mapSide - 1), share: at - first });
  }
  return samples;
}

const mix = (values: Float32Array, row: number, { first, second, share }: Sample) => {
  const before = values[row + first] as number;
  return before + ((values[row + second] as number) - before) * share;
};

/** The colours from 0 to 1, left to right. */
export function colorScale(colormap: ColorMap, height: number, width: number): RgbFrame {
  const frame = { data: new Uint8Array(height * width * 3), height, width };
  const values = Float32Array.from({ length: width }, (_, x) => x / Math.max(1, width - 1));
  const whole = { top: 0, left: 0, height: 1, width: 1 };
  return overlayHeat(frame, { values, height: 1, width }, whole, { colormap, alpha: 1 });
}
