// Run by installLibTorch.test.ts as a process of its own: installs into KINETORCH_CACHE and prints the folder. With
// KILL_AT_HALF it kills itself in the middle of unpacking, as a power cut would.

import { installLibTorch } from '../../lib/libtorch/install/install';

installLibTorch({
  version: '9.8.7',
  reporter: {
    message: (text) => console.error(text),
    progress(done, total) {
      if (process.env.KILL_AT_HALF && done > total / 2) process.kill(process.pid, 'SIGKILL');
    },
    finish() {},
  },
}).then(console.log, (error) => {
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
