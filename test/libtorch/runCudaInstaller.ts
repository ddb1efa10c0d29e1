// Run by installCuda.test.ts as a process of its own (pip is waited for there, and the index runs in the test): installs
// with the options in OPTIONS and prints the folder, or the error's code and message.

import { installCuda } from '../../lib/libtorch/install/installCuda';

const reporter = { message: (text: string) => console.error(text), progress() {}, finish() {} };
installCuda({ ...JSON.parse(process.env.OPTIONS ?? '{}'), reporter }).then(console.log, (error) => {
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
