import { loadPhotographs } from './photographs';
import { type Pyramid, pyramid } from './picture';
import { proceduralScene } from './proceduralScene';
import { chance, pick, type Random } from './random';

/** Scenes of one side of the split: no photograph and no procedural seed is on both. */
export interface SceneLibrary {
  /** A photograph or a procedural scene, each half of the time. */
  any(random: Random): Pyramid;
}

const proceduralScenes = { train: 320, heldOut: 80 } as const;
/** Far from the seeds of the training scenes. */
const heldOutSeed = 1_000_000;

export type Split = keyof typeof proceduralScenes;

/** Decodes the photographs and renders the procedural scenes of `split`; a few seconds and some 200 MB. */
export async function loadSceneLibrary(split: Split, photographFolder: string): Promise<SceneLibrary> {
  const photographs = (await loadPhotographs(photographFolder, split)).map(pyramid);
  const first = split === 'train' ? 0 : heldOutSeed;
  const procedural = Array.from({ length: proceduralScenes[split] }, (_, i) => pyramid(proceduralScene(first + i)));
  return {
    any: (random) => {
      const scenes = chance(random, 0.5) ? photographs : procedural;
      return pick(random, scenes);
    },
  };
}
