const { readZip, writeZip } = require('../../support/torchArchive.cjs');

/** A model of Kinetorch's with these lines in place of what its `forward` does with its clips, `x`. */
export function withForward(bytes: Uint8Array, lines: string[]): Uint8Array {
  const entries = (readZip(bytes) as { name: string; content: Buffer }[]).flatMap(({ name, content }) => {
    if (name.includes('.debug_pkl')) return [];
    if (!name.endsWith('/code/__torch__/kinetorch.py')) return [{ name, content }];
    const code = content.toString();
    // Where there is `embed`, the head is put on it and `forward` is not run.
    const embed = code.indexOf('  def embed(');
    const forward = code.indexOf('  def forward(', embed);
    const begin = code.indexOf('\n', code.indexOf('-> Tensor:', forward)) + 1;
    const body = lines.map((line) => `    ${line}\n`).join('');
    const changed = code.slice(0, embed) + code.slice(forward, begin) + body + code.slice(code.indexOf('class', begin));
    return [{ name, content: Buffer.from(changed) }];
  });
  return writeZip(entries);
}
