/** Names of colour maps. */
export const colorMaps = ['viridis', 'gray'] as const;

export type ColorMap = (typeof colorMaps)[number];

/** Colours at equal steps from 0 to 1; what is between them lies on a line. Viridis: Smith and van der Walt 2015. */
const stops: { [Name in ColorMap]: readonly number[] } = {
  viridis: [
    0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c, 0x1fa088, 0x28ae80,
    0x3fbc73, 0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725,
  ],
  gray: [0x000000, 0xffffff],
};

/** Entries of a {@link colorTable}. */
export const colorSteps = 256;

/** 256×3 bytes, RGB, from 0 to 1. */
export function colorTable(name: ColorMap): Uint8Array {
  const colors = stops[name];
  const table = new Uint8Array(colorSteps * 3);
  for (let step = 0; step < colorSteps; step++) {
    const place = (step / (colorSteps - 1)) * (colors.length - 1);
    const first = Math.min(Math.floor(place), colors.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [below, above] = [first, first + 1].map((index) => channelOf(colors[index] as number, channel)) as [
        number,
        number,
      ];
      table[step * 3 + channel] = Math.round(below + (above - below) * (place - first));
    }
  }
  return table;
}

const channelOf = (color: number, channel: number) => (color >> (16 - 8 * channel)) & 255;
