/** What the camera does, in the order of the model's outputs. The camera's move, not the picture's. */
export const cameraMotionLabels = [
  'static',
  'pan left',
  'pan right',
  'tilt up',
  'tilt down',
  'zoom in',
  'zoom out',
  'roll clockwise',
  'roll counter-clockwise',
  'shake',
] as const;

export type CameraMotionLabel = (typeof cameraMotionLabels)[number];

/** The clips that the model sees: 16 frames at 6 a second span 2.5 s from the first to the last. */
export const clipShape = { frames: 16, height: 64, width: 80, frameRate: 6 } as const;
