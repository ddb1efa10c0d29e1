import { inProject } from '../setup/project.mjs';
import { platform } from './platforms.mjs';

/** Where packages are put together before they are packed. */
export const stagedMain = inProject('build', 'packages', 'kinetorch');
export const stagedPlatform = inProject('build', 'packages', platform);

/** Where tarballs and their manifest end up. */
export const tarballs = inProject('dist-packages');
