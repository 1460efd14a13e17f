/** What a page or a file costs at least: a plain static file server. Arguments: the folder. Prints its port. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';

const folder = process.argv[2] ?? '.';

const server = createServer((request, response) => {
  const path = join(folder, normalize(decodeURIComponent(request.url ?? '/')));
  send(path).catch(() => (response.headersSent ? response.destroy() : response.writeHead(404).end()));

  async function send(file: string): Promise<void> {
    const { size, mtimeMs } = await stat(file);
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': size,
      etag: `"${size}-${mtimeMs}"`,
    });
    await pipeline(createReadStream(file), response);
  }
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
