import { StepError } from '../setup/stepError.mjs';

/** Runs a script's work: a StepError is for the person at the terminal, anything else is a fault of the script. */
export async function asStep(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
