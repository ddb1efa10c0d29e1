import type { UntaggedMatrix } from '../untaggedMatrix';
import type { Av, Frame } from './av';

/** What the three components of a pixel are. */
type Components = 'yuv' | 'gray' | 'rgb';

/** How a frame's components become RGB. */
export interface FrameColour {
  components: Components;
  /** One that swscale converts, or YCgCo, which is converted here. */
  matrix: number;
  isLimited: boolean;
  hasAlpha: boolean;
  /** What was assumed where the frame's own description cannot be followed. */
  warnings: string[];
}

/** FFmpeg's names of pixel formats; it has no other description of them that JavaScript could read. */
const namesOf: Record<'yuv' | 'gray' | 'alpha', RegExp> = {
  yuv: /^(yuv|nv\d|p[024]\d|y2|xv|v30|yuyv|uyv|uyy|yvyu|ayuv|vuy)/,
  gray: /^(gray|ya)/,
  alpha: /^(yuva|gbrap|rgba|bgra|argb|abgr|ya|ayuv|vuya|uyva|pal8)/,
};

/** Matrices of H.273 by number, as swscale has them. */
const swscaleMatrices = { 1: 'BT.709', 4: 'FCC', 5: 'BT.601', 6: 'BT.601', 7: 'SMPTE 240M', 9: 'BT.2020' } as const;
type SwscaleMatrix = keyof typeof swscaleMatrices;

/** Those that it lacks, and what they are called. */
const otherMatrices: Record<number, string> = {
  0: 'RGB',
  10: 'BT.2020 with constant luminance',
  11: 'SMPTE 2085',
  12: 'derived from the primaries',
  13: 'derived from the primaries, with constant luminance',
  14: 'ICtCp',
  15: 'IPT-C2',
  16: 'YCgCo-Re',
  17: 'YCgCo-Ro',
};

/** Transfers of H.273 with which a picture looks unlike what models are trained on. */
const otherTransfers: Record<number, string> = {
  8: 'linear light',
  9: 'logarithmic, 100:1',
  10: 'logarithmic, 316:1',
  16: 'PQ (HDR)',
  17: 'SMPTE 428',
  18: 'HLG (HDR)',
};

/** Frames of at least this height are HD. */
const hdLines = 720;

/** Reads a frame's description: pixel format, matrix, range and transfer. `name` is FFmpeg's of the pixel format. */
export function colourOf(av: Av, frame: Frame, name: string, untaggedMatrix: UntaggedMatrix): FrameColour {
  const components = namesOf.yuv.test(name) ? 'yuv' : namesOf.gray.test(name) ? 'gray' : 'rgb';
  const warnings: string[] = [];
  const isTaggedLimited = frame.colorRange === av.AVCOL_RANGE_MPEG;
  // Only YUV is limited where nothing is said; the formats named yuvj are full by definition.
  const isUntaggedLimited =
    components === 'yuv' && frame.colorRange === av.AVCOL_RANGE_UNSPECIFIED && !name.startsWith('yuvj');
  if (components === 'rgb' && isTaggedLimited) {
    warnings.push('the video is RGB and says that its range is limited: it was read as full range, as FFmpeg does');
  }
  const transfer = otherTransfers[frame.colorTrc];
  if (transfer !== undefined) {
    warnings.push(
      `the transfer characteristic of the video is ${transfer}: values were taken as they are stored, without tone mapping`,
    );
  }
  return {
    components,
    matrix: components === 'yuv' ? matrixOf(av, frame, untaggedMatrix, warnings) : av.AVCOL_SPC_UNSPECIFIED,
    isLimited: components !== 'rgb' && (isTaggedLimited || isUntaggedLimited),
    hasAlpha: namesOf.alpha.test(name),
    warnings,
  };
}

function matrixOf(av: Av, frame: Frame, untaggedMatrix: UntaggedMatrix, warnings: string[]): number {
  const matrix: number = frame.colorSpace;
  if (matrix in swscaleMatrices || matrix === av.AVCOL_SPC_YCGCO) return matrix;
  const isHd = frame.height >= hdLines && untaggedMatrix === 'by-height';
  const usual = isHd ? av.AVCOL_SPC_BT709 : av.AVCOL_SPC_SMPTE170M;
  if (matrix === av.AVCOL_SPC_UNSPECIFIED) return usual;
  const ofPrimaries = matrixOfPrimaries(av, frame.colorPrimaries);
  if (matrix === av.AVCOL_SPC_CHROMA_DERIVED_NCL && ofPrimaries !== undefined) return ofPrimaries;
  const isWide = matrix === av.AVCOL_SPC_BT2020_CL || matrix === av.AVCOL_SPC_ICTCP;
  const nearest = isWide ? av.AVCOL_SPC_BT2020_NCL : (ofPrimaries ?? usual);
  const [name, nearestName] = [otherMatrices[matrix] ?? `number ${matrix}`, swscaleMatrices[nearest as SwscaleMatrix]];
  warnings.push(`the colour matrix of the video is ${name}, which is not supported: it was read as ${nearestName}`);
  return nearest;
}

/** The matrix without constant luminance that H.273 derives from primaries, where swscale has it. */
function matrixOfPrimaries(av: Av, primaries: number): number | undefined {
  switch (primaries) {
    case av.AVCOL_PRI_BT709:
      return av.AVCOL_SPC_BT709;
    case av.AVCOL_PRI_SMPTE170M:
    case av.AVCOL_PRI_SMPTE240M:
      return av.AVCOL_SPC_SMPTE240M;
    case av.AVCOL_PRI_BT2020:
      return av.AVCOL_SPC_BT2020_NCL;
    default:
      return undefined;
  }
}
