/**
 * Every architecture with the clip it was published with, its parameters, and the billions of multiply-adds that one clip
 * takes, both for 400 classes as in the papers. Written down rather than counted, so that a list of them needs no LibTorch;
 * test/model/architectureTable.test.ts counts them.
 */
export const architectureTable = {
  r3d_18: { family: 'r3d', frames: 16, height: 112, width: 112, parameters: 33_371_472, gflops: 40.696553472 },
  mc3_18: { family: 'mc3', frames: 16, height: 112, width: 112, parameters: 11_695_440, gflops: 43.342635008 },
  r2plus1d_18: { family: 'r2plus1d', frames: 16, height: 112, width: 112, parameters: 31_505_325, gflops: 40.51908096 },
  r2plus1d_34: { family: 'r2plus1d', frames: 16, height: 112, width: 112, parameters: 61_831_661, gflops: 75.20073216 },
  r2plus1d_50: {
    family: 'r2plus1d',
    frames: 16,
    height: 224,
    width: 224,
    parameters: 28_107_600,
    gflops: 57.533825024,
  },
  c2d_50: { family: 'c2d', frames: 8, height: 224, width: 224, parameters: 24_327_632, gflops: 19.49319168 },
  c2d_101: { family: 'c2d', frames: 8, height: 224, width: 224, parameters: 43_319_760, gflops: 34.342076416 },
  c2d_50_v1: { family: 'c2d', frames: 8, height: 224, width: 224, parameters: 24_327_632, gflops: 18.568347648 },
  c2d_101_v1: { family: 'c2d', frames: 8, height: 224, width: 224, parameters: 43_319_760, gflops: 33.417232384 },
  i3d_50: { family: 'i3d', frames: 8, height: 224, width: 224, parameters: 28_043_472, gflops: 28.407660544 },
  i3d_101: { family: 'i3d', frames: 8, height: 224, width: 224, parameters: 51_754_192, gflops: 46.955921408 },
  i3d_50_v1: { family: 'i3d', frames: 8, height: 224, width: 224, parameters: 28_043_472, gflops: 26.249691136 },
  i3d_101_v1: { family: 'i3d', frames: 8, height: 224, width: 224, parameters: 51_754_192, gflops: 44.797952 },
  slow_50: { family: 'slow', frames: 8, height: 224, width: 224, parameters: 32_454_096, gflops: 41.740828672 },
  slow_101: { family: 'slow', frames: 8, height: 224, width: 224, parameters: 60_359_120, gflops: 85.414019072 },
  tsm_50: { family: 'tsm', frames: 8, height: 224, width: 224, parameters: 24_327_632, gflops: 32.697909248 },
  tsm_101: { family: 'tsm', frames: 8, height: 224, width: 224, parameters: 43_319_760, gflops: 62.39567872 },
  ir_csn_26: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 8_569_552, gflops: 31.726301184 },
  ir_csn_50: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 13_131_152, gflops: 42.308519936 },
  ir_csn_101: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 22_213_776, gflops: 56.468187136 },
  ir_csn_152: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 29_703_568, gflops: 74.046244864 },
  ip_csn_26: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 9_269_712, gflops: 35.78533888 },
  ip_csn_50: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 14_396_176, gflops: 47.652063232 },
  ip_csn_101: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 24_601_616, gflops: 63.558658048 },
  ip_csn_152: { family: 'csn', frames: 32, height: 224, width: 224, parameters: 33_016_592, gflops: 83.294685184 },
  r2plus1d_16: { family: 'r2plus1d', frames: 12, height: 64, width: 80, parameters: 3_927_192, gflops: 0.510619648 },
  r2plus1d_dw: { family: 'dw', frames: 12, height: 64, width: 80, parameters: 486_424, gflops: 0.118342144 },
  mobilenet_v2: { family: 'cnn', frames: 8, height: 224, width: 224, parameters: 2_736_272, gflops: 2.396466176 },
  efficientnet_lite0: { family: 'cnn', frames: 8, height: 224, width: 224, parameters: 3_883_408, gflops: 3.071772416 },
  resnet18: { family: 'cnn', frames: 8, height: 224, width: 224, parameters: 11_381_712, gflops: 14.508695552 },
  resnet50: { family: 'cnn', frames: 8, height: 224, width: 224, parameters: 24_327_632, gflops: 32.697909248 },
  resnet101: { family: 'cnn', frames: 8, height: 224, width: 224, parameters: 43_319_760, gflops: 62.39567872 },
} as const;

/** The name of an architecture: those that this Kinetorch knows are offered by editors. */
export type ArchitectureName = keyof typeof architectureTable | (string & {});
