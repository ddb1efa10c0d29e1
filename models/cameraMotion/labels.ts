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

/** The clips that the model sees: 12 frames at 8 a second span 1.5 s. */
export const clipShape = { frames: 12, height: 64, width: 80, frameRate: 8 } as const;
