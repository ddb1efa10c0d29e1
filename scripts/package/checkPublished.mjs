import { spawnSync } from 'node:child_process';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { inProject } from '../setup/project.mjs';
import { StepError } from '../setup/stepError.mjs';

/** publint: whether package.json says what Node, bundlers and package managers need, and says it right. */
export async function checkManifest(folder) {
  const { messages, pkg } = await publint({ pkgDir: folder, pack: false, level: 'warning', strict: true });
  if (messages.length === 0) return;
  throw new StepError(messages.map((message) => `✘ publint, ${pkg.name}: ${formatMessage(message, pkg)}`).join('\n'));
}

/** arethetypeswrong: whether TypeScript finds the right types under every kind of resolution. */
export function checkTypes(tarball) {
  const cli = inProject('node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  const args = [cli, tarball, '--format', 'table-flipped', '--no-emoji', '--no-color'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new StepError(`✘ arethetypeswrong, ${tarball}:\n${stdout}${stderr}`);
}
