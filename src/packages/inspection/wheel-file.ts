import { readHeaders } from './headers.ts';
import { expandTags, type WheelName } from './wheel-name.ts';

/** What is wrong with the WHEEL file, to be put behind its name; undefined where it agrees with the file's name. */
export function findWheelFileProblem(text: string, name: WheelName): string | undefined {
  const reading = readHeaders(Buffer.from(text));
  if (!reading.ok) return reading.message;
  const { headers } = reading;
  const only = (field: string): string | undefined => {
    const values = headers.get(field) ?? [];
    return values.length === 1 ? values[0] : undefined;
  };
  const version = only('wheel-version');
  if (version === undefined || !/^[0-9]+\.[0-9]+$/.test(version)) return 'does not say once which format it has';
  if (!version.startsWith('1.')) return `says format ${version}; 1 is known`;
  if (!/^(?:true|false)$/i.test(only('root-is-purelib') ?? '')) return 'does not say once where its files go';
  const build = headers.get('build')?.[0];
  if (build !== undefined && build !== name.build) return `says build ${build}, and the file’s name does not`;
  return findTagProblem(headers.get('tag') ?? [], name.tags);
}

/** All lines together. */
const maxTags = 10_000;

function findTagProblem(lines: readonly string[], tags: ReadonlySet<string>): string | undefined {
  if (lines.length === 0) return 'does not say what it is for (no Tag)';
  const told = new Set<string>();
  let count = 0;
  for (const line of lines) {
    const expanded = expandTags(line);
    if (expanded === undefined) return `has a Tag that is none: ${line.slice(0, 100)}`;
    count += expanded.size;
    if (count > maxTags) return `says more than ${maxTags} tags`;
    for (const tag of expanded) told.add(tag);
  }
  const missing = [...tags].filter((tag) => !widerTags(tag).some((wider) => told.has(wider)));
  return missing.length === 0 ? undefined : `is not for ${missing.slice(0, 5).join(', ')}, and the file’s name is`;
}

/** Wheels for any machine are often given a name for one, since they carry programs of it; the other way round is a lie. */
function widerTags(tag: string): string[] {
  const [python = '', abi = '', platform = ''] = tag.split('-');
  return [abi, 'none'].flatMap((itsAbi) =>
    [platform, 'any'].map((itsPlatform) => `${python}-${itsAbi}-${itsPlatform}`),
  );
}
