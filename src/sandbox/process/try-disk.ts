import { toBelljarError } from '../../errors.ts';
import type { Backend } from '../contract.ts';
import type { VolumeMeans } from '../volumes/index.ts';
import { runScript } from './run-script.ts';

/** How the bound of a workspace's files held when it was tried. */
export interface DiskTrial {
  readonly means: VolumeMeans;
  readonly holds: boolean;
  readonly why: string;
}

const maxBytes = 4 * 1024 * 1024;
const maxFiles = 64;

/** Past both bounds: how large one file became, and how many there were in the end. */
const fill = `
head -c ${2 * maxBytes} /dev/zero >large 2>/dev/null
echo "bytes $(wc -c <large)"
rm large
i=0
while [ $i -lt ${2 * maxFiles} ] && true >file-$i; do i=$((i+1)); done 2>/dev/null
echo "files $i"
`;

/** Makes a small volume on a backend that lives for this alone, and writes past its bounds behind glass. */
export async function tryDisk(backend: Backend, means: VolumeMeans, signal?: AbortSignal): Promise<DiskTrial> {
  if (means.kind === 'folder') return { means, holds: false, why: means.why };
  try {
    const mount = { kind: 'workspace', name: 'trial', at: '/trial', maxBytes, maxFiles } as const;
    const { output } = await runScript(backend, `cd /trial || exit\n${fill}`, { signal, mounts: [mount] });
    const [bytes, files] = [numberOf(output, 'bytes'), numberOf(output, 'files')];
    const holds = bytes > 0 && bytes <= maxBytes && files > 0 && files <= maxFiles;
    return { means, holds, why: `a trial with ${maxBytes} bytes and ${maxFiles} files held ${bytes} and ${files}` };
  } catch (thrown) {
    const error = toBelljarError(thrown);
    if (error.code === 'CANCELLED') throw error;
    return { means, holds: false, why: error.message };
  }
}

function numberOf(output: string, word: string): number {
  return Number(new RegExp(`^${word} +(\\d+)$`, 'm').exec(output)?.[1] ?? Number.NaN);
}
