/**
 * The index that all are put before: a large page, and files of a few sizes. Argument: a folder for the files. Prints its
 * port. JSON where it is asked for, else HTML.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { makeWheel } from '../../test/support/wheels.ts';
import type { ZipEntry } from '../../test/support/zip.ts';

interface Listed {
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
}

const folder = process.argv[2] ?? '.';
await mkdir(folder, { recursive: true });

/** As many as a well-known project with compiled code has. */
const largePage: Listed[] = Array.from({ length: 1000 }, (_, count) => ({
  filename: `large-1.${Math.floor(count / 20)}.0-cp3${count % 20}-cp3${count % 20}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`,
  sha256: createHash('sha256').update(String(count)).digest('hex'),
  size: 10_000_000 + count,
}));
const projects: Record<string, readonly Listed[]> = {
  large: largePage,
  wheel: [await keepWheel('wheel', 16_800_000)],
  giant: [await keepWheel('giant', 200_000_000)],
};

const server = createServer((request, response) => {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const [, kind, name = ''] = path.split('/');
  const files = projects[name];
  if (kind === 'simple' && name === '') {
    // devpi believes in no project that is not listed.
    const names = Object.keys(projects);
    const links = names.map((each) => `<a href="${each}/">${each}</a>`).join('');
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!DOCTYPE html><html><body>${links}</body></html>`);
  } else if (kind === 'simple' && files !== undefined) {
    const isJson = (request.headers.accept ?? '').includes('json');
    const body = isJson ? jsonPage(name, files) : htmlPage(files);
    const type = isJson ? 'application/vnd.pypi.simple.v1+json' : 'text/html';
    response.writeHead(200, { 'content-type': type, etag: '"1"' }).end(body);
  } else if (kind === 'files') {
    const file = Object.values(projects)
      .flat()
      .find(({ filename }) => filename === name);
    if (file === undefined || !existsSync(join(folder, name))) response.writeHead(404).end();
    else {
      response.writeHead(200, { 'content-length': file.size, 'content-type': 'application/octet-stream' });
      if (request.method === 'HEAD') response.end();
      else createReadStream(join(folder, name)).pipe(response);
    }
  } else response.writeHead(404).end();
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

async function keepWheel(name: string, size: number): Promise<Listed> {
  const filename = `${name}-1.0-py3-none-any.whl`;
  const path = join(folder, filename);
  if (!existsSync(path)) {
    const content = Buffer.alloc(size, 'content that takes room; ');
    const change = (entries: readonly ZipEntry[]): ZipEntry[] => entries.map((each) => ({ ...each, method: 'stored' }));
    await writeFile(path, makeWheel({ name, files: { [`${name}/data.bin`]: content }, change }).bytes);
  }
  const bytes = await readFile(path);
  return { filename, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
}

function jsonPage(name: string, files: readonly Listed[]): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1' },
    name,
    versions: [],
    files: files.map(({ filename, sha256, size }) => ({
      filename,
      url: `/files/${filename}`,
      hashes: { sha256 },
      size,
      'upload-time': '2024-01-01T00:00:00.000000Z',
      'requires-python': '>=3.9',
      yanked: false,
      'core-metadata': false,
    })),
  });
}

function htmlPage(files: readonly Listed[]): string {
  const links = files.map(
    ({ filename, sha256 }) =>
      `<a href="/files/${filename}#sha256=${sha256}" data-requires-python="&gt;=3.9">${filename}</a><br>`,
  );
  return `<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`;
}
