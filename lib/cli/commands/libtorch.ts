import type { Command } from 'commander';
import { pinnedVersion } from '../../base/version';
import { print } from '../print/terminal';

const notes = () => `
Kinetorch uses, in this order: LIBTORCH=/path; the CUDA build that was installed here; the torch of the active Python
environment, where that is a CUDA build and there is an NVIDIA driver; the CPU build of the platform package. All have
to be of the same minor version; kinetorch doctor says which one it is.

Examples:
  $ kinetorch libtorch install --cuda
  $ kinetorch libtorch install --cuda --index-url https://download.pytorch.org/whl/cu130
  $ python3 -m pip download torch==${pinnedVersion()} --dest wheels/    on a machine with a network, then, without one:
  $ kinetorch libtorch install --cuda --wheels wheels/
  $ kinetorch libtorch remove --cuda`;

interface InstallOptions {
  indexUrl?: string;
  wheels?: string;
}

/** `kinetorch libtorch install | remove`. */
export function define(command: Command): void {
  command
    .description(
      'Fetch a CUDA build of LibTorch (about 2.5 GB), which then takes the place of the CPU build, or remove it.',
    )
    .addHelpText('after', notes);
  command
    .command('install')
    .description('Fetch what pip says makes up the CUDA build, check it, and put it into the cache folder.')
    .requiredOption('--cuda', 'the CUDA build; the CPU build comes with npm install')
    .option('--index-url <url>', "a package index or mirror; default: pip's own configuration")
    .option('--wheels <folder>', 'take the wheels from this folder, and nothing from the network')
    .action(install);
  command
    .command('remove')
    .description('Remove the CUDA build again, so that the CPU build is used.')
    .requiredOption('--cuda', 'the CUDA build')
    .action(remove);
}

async function install({ indexUrl, wheels }: InstallOptions): Promise<void> {
  const { installCuda } = await import('../../libtorch/install/installCuda.js');
  print(`LibTorch with CUDA is at ${await installCuda({ indexUrl, wheels })}`);
  print('Check it with: npx kinetorch doctor');
}

async function remove(): Promise<void> {
  const { removeCuda } = await import('../../libtorch/install/installCuda.js');
  print((await removeCuda()) ? 'Removed.' : 'There was no CUDA build to remove.');
}
