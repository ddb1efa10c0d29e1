import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readConfig, shownConfig, variableOf } from '../../server/config/readConfig';
import { createServer } from '../../server/createServer';
import { type ServerOptions, serverOptions } from '../../server/options';
import { errorReport } from '../failures';
import { schemaFlag } from '../flags/schemaFlag';
import { note, print, printJson } from '../print/terminal';

const notes = `
A model is a .pt file or an ensemble's .json, called by its file's name, or by another: moves=camera.pt. A folder holds
<name>.pt and <name>/<version>/model.pt. Without models the one that ships is served.

Every flag has a variable, such as ${variableOf('maxQueue')}, and a key in the config file, such as "maxQueue". Flags win over
variables, and those over the file.

SIGHUP loads anew what has changed; SIGTERM ends in order, a second one at once.

Examples:
  $ kinetorch serve
  $ kinetorch serve fights.pt moves=camera.pt --port 9000
  $ kinetorch serve models/ --host 0.0.0.0 --api-keys-file keys.txt
  $ kinetorch serve --config server.json --print-config`;

type Flags = Omit<ServerOptions, 'noAuth'> & { auth: boolean; config?: string; printConfig?: boolean };

/** `kinetorch serve`. */
export function define(command: Command): void {
  const {
    host,
    port,
    apiKeysFile,
    noAuth,
    modelControl,
    maxBatchSize,
    maxQueue,
    queueTimeoutMs,
    maxVideos,
    maxVideoBytes,
    device,
    precision,
    threads,
  } = serverOptions;
  command
    .description('Serve models over HTTP: the Open Inference Protocol, videos in and labels out, and a page to try it.')
    .argument('[models...]', 'model files, name=file, or a folder of them')
    .addOption(schemaFlag('--host <address>', host))
    .addOption(schemaFlag('-p, --port <n>', port))
    .addOption(schemaFlag('--api-keys-file <file>', apiKeysFile))
    .option('--no-auth', noAuth.description)
    .addOption(schemaFlag('--model-control', modelControl))
    .addOption(schemaFlag('--max-batch-size <n>', maxBatchSize))
    .addOption(schemaFlag('--max-queue <n>', maxQueue))
    .addOption(schemaFlag('--queue-timeout-ms <n>', queueTimeoutMs))
    .addOption(schemaFlag('--max-videos <n>', maxVideos))
    .addOption(schemaFlag('--max-video-bytes <n>', maxVideoBytes))
    .addOption(schemaFlag('--device <name>', device))
    .addOption(schemaFlag('--precision <name>', precision))
    .addOption(schemaFlag('--threads <n>', threads))
    .option('-c, --config <file>', 'a JSON file of options')
    .option('--print-config', 'print all options as they are resolved, and end')
    .addHelpText('after', notes)
    .action(serve);
}

async function serve(models: string[], { config, printConfig, auth, ...flags }: Flags): Promise<void> {
  const options = await readConfig({
    flags: { ...flags, ...(auth ? {} : { noAuth: true }), ...(await modelsOf(models)) },
    env: process.env,
    file: config,
  });
  if (printConfig) {
    printJson(shownConfig(options));
    return;
  }
  const server = await createServer(options);
  const address = await server.listen(({ name, error }) => {
    if (error === null) note(`${name}: ready`);
    else note(`${name}: ${errorReport(error).message}`);
  });
  print(address);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.close();
}

/** What the command's arguments say: files by name, and one folder. */
async function modelsOf(models: string[]): Promise<Pick<ServerOptions, 'models' | 'modelFolder'>> {
  const named: Record<string, string> = {};
  let modelFolder: string | undefined;
  for (const text of models) {
    const [, name, path] = /^([\w][\w.-]*)=(.+)$/s.exec(text) ?? [undefined, undefined, text];
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) named[name ?? basename(path, extname(path))] = path;
    else if (modelFolder === undefined && name === undefined) modelFolder = path;
    else throw new InvalidArgumentError('Expected one folder of models, without a name.');
  }
  return { models: Object.keys(named).length > 0 ? named : undefined, modelFolder };
}
