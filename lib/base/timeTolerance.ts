/**
 * Instants closer than this, in seconds or in frames, are one: timestamps are rationals and instants are sums of
 * fractions, so that equal ones may differ.
 */
export const timeTolerance = 1e-6;
