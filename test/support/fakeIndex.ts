import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { libraryPath, type Members, recordOf, zipOf } from './fakeWheel';

/** A wheel for any Python, as an index serves it. */
export interface FakeWheel {
  name: string;
  file: string;
  content: Buffer;
  metadata: string;
}

/** A wheel that pip accepts: metadata, RECORD and some files. */
export function fakeWheel(name: string, version: string, files: Members, requires: string[] = []): FakeWheel {
  const escaped = name.replaceAll('-', '_');
  const info = `${escaped}-${version}.dist-info`;
  const extras = requires.map((other) => /extra == "(\w+)"/.exec(other)?.[1]).filter(Boolean);
  const lines = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`];
  lines.push(...extras.map((extra) => `Provides-Extra: ${extra}`));
  const metadata = [...lines, ...requires.map((other) => `Requires-Dist: ${other}`), ''].join('\n');
  const wheel = 'Wheel-Version: 1.0\nGenerator: fake\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
  const members = { ...files, [`${info}/METADATA`]: metadata, [`${info}/WHEEL`]: wheel, [`${info}/LICENSE`]: name };
  const content = zipOf({ ...members, ...recordOf(members, info) });
  return { name, file: `${escaped}-${version}-py3-none-any.whl`, content, metadata };
}

/** What makes up a CUDA build, in small: torch, two of NVIDIA's libraries, one by way of a package that only names others, and one that only Python needs. */
export function cudaWheels(version: string): FakeWheel[] {
  const torch = {
    'torch/__init__.py': 'raise SystemExit("Python is never run")\n',
    'torch/version.py': `__version__ = '${version}+cu130'\n`,
    'torch/include/torch/csrc/jit/api/module.h': '#pragma once\n',
    ...Object.fromEntries(
      ['c10', 'torch_cpu', 'c10_cuda', 'torch_cuda', 'torch_python'].map((name) => [libraryPath(name), name]),
    ),
  };
  const cublas = { 'nvidia/cu13/lib/libcublas.so.13': 'cublas', 'nvidia/cu13/include/cublas.h': '#pragma once\n' };
  return [
    fakeWheel('torch', version, torch, [
      'sympy',
      'nvidia-cudnn-cu13==9.2; platform_system == "Linux"',
      'cuda-toolkit[cublas]==13.0; platform_system == "Linux"',
    ]),
    fakeWheel('nvidia-cudnn-cu13', '9.2', { 'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn' }),
    fakeWheel('cuda-toolkit', '13.0', {}, ['nvidia-cublas==13.1; extra == "cublas"']),
    fakeWheel('nvidia-cublas', '13.1', cublas),
    fakeWheel('sympy', '1.0', { 'sympy/__init__.py': '' }),
  ];
}

/** A package index on this machine (PEP 503, and 658 for metadata), which remembers what it was asked for. */
export class FakeIndex {
  readonly asked: string[] = [];
  /** Files that it does not give away. */
  readonly missing = new Set<string>();
  /** Files that it gives away damaged. */
  readonly damaged = new Set<string>();
  private readonly server: Server;

  constructor(wheels: FakeWheel[]) {
    this.server = createServer((request, response) => {
      const name = decodeURIComponent((request.url ?? '').replace(/^\/(simple\/)?/, '').replace(/\/$/, ''));
      this.asked.push(name);
      const pages = wheels.filter((wheel) => wheel.name === name);
      const file = wheels.find((wheel) => wheel.file === name && !this.missing.has(name));
      const described = wheels.find((wheel) => `${wheel.file}.metadata` === name);
      if (pages.length > 0) {
        response.setHeader('content-type', 'text/html');
        response.end(`<!DOCTYPE html><body>${pages.map(link).join('\n')}</body>`);
      } else if (file) response.end(this.damaged.has(name) ? Buffer.alloc(file.content.length) : file.content);
      else if (described) response.end(described.metadata);
      else response.writeHead(404).end();
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/simple`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function link({ file, content, metadata }: FakeWheel): string {
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const described = `data-dist-info-metadata="sha256=${sha256(metadata)}"`;
  return `<a href="/${file}#sha256=${sha256(content)}" ${described}>${file}</a>`;
}
