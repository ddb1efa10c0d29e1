import { join } from 'node:path';
import { packageRoot } from '../base/version';

/**
 * Paths of the models that come with the package, wherever it is installed.
 *
 * @example
 * await using model = await loadModel(models.cameraMotion);
 */
export const models = {
  /** What the camera does: `static`, `pan left`, `zoom in`, …; see `models/camera-motion.md` in the package. */
  cameraMotion: join(packageRoot, 'models', 'camera-motion.pt'),
} as const;
