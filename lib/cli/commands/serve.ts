import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { readConfig, shownConfig, variableOf } from '../../server/config/readConfig';
import { createServer } from '../../server/createServer';
import { modelName, type ServerOptions, serverOptions } from '../../server/options';
import type { VideoServer } from '../../server/videoServer';
import { errorReport, noteError } from '../failures';
import { schemaFlag } from '../flags/schemaFlag';
import { exitCodes } from '../interrupt';
import { note, printJson } from '../print/terminal';

const notes = `
A model is a .pt file or an ensemble's .json, called by its file's name, or by another: moves=camera.pt. A folder holds
<name>.pt and <name>/<version>/model.pt. Without models the one that ships is served.

Every flag has a variable, such as ${variableOf('maxQueue')}, and a key in the config file, such as "maxQueue". Flags win over
variables, and those over the file.

SIGHUP loads anew what has changed. SIGTERM, or Ctrl-C, ends in order: not ready at once, refusing new work after
--grace-ms, ending when what was accepted is done; a second one ends at once. The log goes to standard output.

A model that was named and cannot be loaded ends the server; of a folder the others are served, and it is not ready until
SIGHUP finds all of them right. Exit codes: 0 after an orderly end, 1 after a failure, 2 for wrong usage, 130 or 143 where a
second Ctrl-C or SIGTERM ended it at once.

Examples:
  $ kinetorch serve
  $ kinetorch serve fights.pt moves=camera.pt --port 9000
  $ kinetorch serve models/ --host 0.0.0.0 --api-keys-file keys.txt
  $ kinetorch serve --config server.json --print-config`;

type Flags = Omit<ServerOptions, 'noAuth' | 'page'> & {
  auth: boolean;
  page: boolean;
  config?: string;
  printConfig?: boolean;
};

/** `kinetorch serve`. */
export function define(command: Command): void {
  command
    .description('Serve models over HTTP: the Open Inference Protocol, videos in and labels out, and a page to try it.')
    .argument('[models...]', 'model files, name=file, or a folder of them')
    .addOption(schemaFlag('--host <address>', serverOptions.host))
    .addOption(schemaFlag('-p, --port <n>', serverOptions.port))
    .addOption(schemaFlag('--api-keys-file <file>', serverOptions.apiKeysFile))
    .option('--no-auth', serverOptions.noAuth.description)
    .addOption(schemaFlag('--open-metrics', serverOptions.openMetrics))
    .addOption(schemaFlag('--untrusted', serverOptions.untrusted))
    .addOption(schemaFlag('--isolate', serverOptions.isolate))
    .addOption(schemaFlag('--model-control', serverOptions.modelControl))
    .addOption(schemaFlag('--max-batch-size <n>', serverOptions.maxBatchSize))
    .addOption(schemaFlag('--max-queue <n>', serverOptions.maxQueue))
    .addOption(schemaFlag('--queue-timeout-ms <n>', serverOptions.queueTimeoutMs))
    .addOption(schemaFlag('--max-videos <n>', serverOptions.maxVideos))
    .addOption(schemaFlag('--max-rate <n>', serverOptions.maxRate))
    .addOption(schemaFlag('--max-connections <n>', serverOptions.maxConnections))
    .addOption(schemaFlag('--max-body-bytes <n>', serverOptions.maxBodyBytes))
    .addOption(schemaFlag('--max-pending-bytes <n>', serverOptions.maxPendingBytes))
    .addOption(schemaFlag('--max-video-bytes <n>', serverOptions.maxVideoBytes))
    .addOption(schemaFlag('--receive-timeout-ms <n>', serverOptions.receiveTimeoutMs))
    .addOption(schemaFlag('--send-timeout-ms <n>', serverOptions.sendTimeoutMs))
    .addOption(schemaFlag('--cache-bytes <n>', serverOptions.cacheBytes))
    .addOption(schemaFlag('--grace-ms <n>', serverOptions.graceMs))
    .addOption(schemaFlag('--drain-ms <n>', serverOptions.drainMs))
    .addOption(schemaFlag('--log-level <level>', serverOptions.logLevel))
    .option('--no-page', 'no page at /')
    .addOption(schemaFlag('--device <name>', serverOptions.device))
    .addOption(schemaFlag('--precision <name>', serverOptions.precision))
    .addOption(schemaFlag('--threads <n>', serverOptions.threads))
    .option('-c, --config <file>', 'a JSON file of options')
    .option('--print-config', 'print all options as they are resolved, and end')
    .addHelpText('after', notes)
    .action(serve);
}

async function serve(
  models: string[],
  { config, printConfig, auth, page, ...flags }: Flags,
  command: Command,
): Promise<void> {
  const negated = { ...(auth ? {} : { noAuth: true }), ...(page ? {} : { page: false }) };
  const options = await readConfig({
    flags: { ...flags, ...negated, ...(await modelsOf(models, command)) },
    env: process.env,
    file: config,
  });
  if (printConfig) {
    printJson(shownConfig(options));
    return;
  }
  const server = await createServer(options);
  const isAsked = askedToEnd();
  const isUnable = new Promise<unknown>((resolve) => {
    void server
      .listen(({ name, error }) => {
        if (error === null) note(`${name}: ready`);
        // The others of a folder are served without it.
        else if (isOfFolder(name, options)) note(`${name}: not loaded: ${errorReport(error).message}`);
        else resolve(error);
      })
      .then((address) => note(`Listening on ${address}`), resolve);
  });
  process.on('SIGHUP', () => void reload(server));
  const failure = await Promise.race([isAsked, isUnable]);
  await server.close();
  if (failure !== null) throw failure;
}

const isOfFolder = (name: string, { models = {}, modelFolder }: ServerOptions): boolean =>
  modelFolder !== undefined && !Object.hasOwn(models, name);

/** Resolves with null at the first SIGTERM or Ctrl-C; the second ends the process at once. */
function askedToEnd(): Promise<null> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isAsked) process.exit(exitCodes[signal]);
        isAsked = true;
        note('ending in order; again ends at once');
        resolve(null);
      });
    }
  });
}

async function reload(server: VideoServer): Promise<void> {
  try {
    for (const { name, outcome, error } of await server.reload()) {
      const told = outcome === 'failed' ? `stays as it was: ${errorReport(error).message}` : outcome;
      note(`${name}: ${told}`);
    }
  } catch (error) {
    noteError(error);
  }
}

/** What the command's arguments say: files by name, and one folder. */
async function modelsOf(models: string[], command: Command): Promise<Pick<ServerOptions, 'models' | 'modelFolder'>> {
  const named = new Map<string, string>();
  let modelFolder: string | undefined;
  for (const text of models) {
    // A slash ends what may be a name: ./a=b.pt is a file.
    const [, given, path] = /^([^=/\\]*)=(.*)$/s.exec(text) ?? [undefined, undefined, text];
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) {
      if (modelFolder !== undefined || given !== undefined) {
        command.error(`error: expected one folder of models, without a name, but received ${text}`);
      }
      modelFolder = path;
      continue;
    }
    const name = given ?? basename(path, extname(path));
    if (!modelName.safeParse(name).success) {
      command.error(`error: ${text} gives no name of letters, digits, and _ . -: give it one, as name=file`);
    }
    if (path === '') command.error(`error: ${text} gives no file: give one, as name=file`);
    const other = named.get(name);
    if (other !== undefined) {
      command.error(`error: ${other} and ${path} are both called ${name}: give one of them another name, as name=file`);
    }
    named.set(name, path);
  }
  return { models: named.size > 0 ? Object.fromEntries(named) : undefined, modelFolder };
}
