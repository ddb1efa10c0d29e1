/** A step that cannot go on; the message is complete and meant for the person at the terminal. */
export class StepError extends Error {}
