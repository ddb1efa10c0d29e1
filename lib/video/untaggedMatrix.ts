/** Names of {@link UntaggedMatrix}. */
export const untaggedMatrices = ['by-height', 'bt601'] as const;

/**
 * The matrix of YUV video that does not say its own. `by-height`: BT.709 from 720 lines up and BT.601 below, as players
 * do. `bt601`: BT.601 always, as torchcodec, PyAV and OpenCV do.
 */
export type UntaggedMatrix = (typeof untaggedMatrices)[number];
