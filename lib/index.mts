// What `import` gets: the same module as `require`, so that there is one copy of it in a process. Named here rather than
// guessed by Node from the CommonJS file, and with types of its own for TypeScript's `nodenext`.
export * from './index.js';
