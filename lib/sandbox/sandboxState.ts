/** What the kernel holds a process to that has locked itself in: see Note [Two locks] in native/sandbox/lock_in.h. */
export interface SandboxState {
  /** The version of Landlock's ABI; 0 where it does not hold. */
  landlock: number;
  seccomp: boolean;
  /** Why not all of it; empty where it does, or where nothing was tried. */
  problem: string;
}

export const noLock: SandboxState = { landlock: 0, seccomp: false, problem: '' };
