import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../../errors.ts';
import { keepFolder } from '../../kept-folder.ts';
import type { ProjectFile, Upstream } from '../upstream/index.ts';
import { type UvWheel, findUvWheel, uvVersion } from './uv-release.ts';
import { readMember } from './wheel-member.ts';

export interface KeepUvOptions {
  readonly upstream: Pick<Upstream, 'findPage' | 'fetchArtifact'>;
  /** Where it is kept. */
  readonly base: string;
  /** The wheel of this machine where left out. */
  readonly wheel?: UvWheel | undefined;
  readonly signal?: AbortSignal | undefined;
}

const maxProgramBytes = 200_000_000;

/**
 * The folder that holds uv: fetched once by our own index client, of the one version and hash that we wrote down.
 *
 * @throws UV_UNAVAILABLE, INDEX_UNAVAILABLE, ARTIFACT_MISMATCH, HOME_UNUSABLE
 */
export async function keepUv({ base, wheel = findUvWheel(), ...options }: KeepUvOptions): Promise<string> {
  if (wheel === undefined) {
    throw new BelljarError('UV_UNAVAILABLE', `uv ${uvVersion} is not known for ${process.platform} on ${process.arch}`);
  }
  const name = `uv-${uvVersion}-${wheel.sha256.slice(0, 16)}`;
  return keepFolder({ base, name, fill: (folder) => fill(folder, wheel, options) });
}

async function fill(
  folder: string,
  wheel: UvWheel,
  { upstream, signal }: Omit<KeepUvOptions, 'base' | 'wheel'>,
): Promise<void> {
  const page = await upstream.findPage('uv', { signal });
  const listed = page?.files.find(({ filename }) => filename === wheel.filename);
  if (listed === undefined) throw new BelljarError('UV_UNAVAILABLE', `the index has no ${wheel.filename}`);
  // Whatever the index says of it: the bytes are held to the hash that we wrote down.
  const file: ProjectFile = { ...listed, sha256: wheel.sha256 };
  const { path } = await upstream.fetchArtifact(file, { signal });
  const program = readMember(await readFile(path), wheel.member, maxProgramBytes);
  if (program === undefined) throw new BelljarError('UV_UNAVAILABLE', `${wheel.filename} holds no ${wheel.member}`);
  await writeFile(join(folder, 'uv'), program, { mode: 0o755 });
}
