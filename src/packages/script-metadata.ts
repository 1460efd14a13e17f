import { BelljarError } from '../errors.ts';
import { containsVersion, parseSpecifiers } from '../policy/index.ts';
import { TomlProblem, type TomlValue, readTomlHeader } from './toml-header.ts';

/** What a script says of itself in its head (PEP 723). */
export interface ScriptMetadata {
  readonly requiresPython?: string | undefined;
  readonly dependencies: readonly string[];
}

/**
 * Reads the `# /// script` block of a file, where it has one.
 *
 * @throws USAGE where there are two, or it says what no script can say.
 */
export function readScriptMetadata(code: string): ScriptMetadata | undefined {
  const [block, second] = blocksOf(code);
  if (second !== undefined) throw problem('it stands there twice');
  if (block === undefined) return undefined;
  const values = readBlock(block);
  const requiresPython = values.get('requires-python');
  if (values.has('requires-python') && typeof requiresPython !== 'string') throw problem('requires-python is no text');
  const dependencies = values.has('dependencies') ? values.get('dependencies') : [];
  if (!isTexts(dependencies)) throw problem('dependencies is no list of text');
  return { requiresPython: typeof requiresPython === 'string' ? requiresPython : undefined, dependencies };
}

/** As the PEP reads them: from the opening line to the last closing one before the comment ends. */
function blocksOf(code: string): string[] {
  const lines = code.split(/\r\n|\r|\n/);
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at] !== '# /// script') continue;
    const after = lines.slice(at + 1);
    const end = after.findIndex((line) => line !== '#' && !line.startsWith('# '));
    const comment = end === -1 ? after : after.slice(0, end);
    const close = comment.lastIndexOf('# ///');
    if (close < 1) continue;
    blocks.push(
      comment
        .slice(0, close)
        .map((line) => line.slice(2))
        .join('\n'),
    );
    at += close + 1;
  }
  return blocks;
}

function readBlock(block: string): ReadonlyMap<string, TomlValue> {
  try {
    return readTomlHeader(block);
  } catch (error) {
    if (error instanceof TomlProblem) throw problem(error.message);
    throw error;
  }
}

function isTexts(value: TomlValue): value is readonly string[] {
  return typeof value === 'object' && value.every((item) => typeof item === 'string');
}

function problem(what: string): BelljarError {
  return new BelljarError('USAGE', `the script’s own metadata (# /// script) cannot be read: ${what}`, {
    hint: 'It is TOML in comment lines; see PEP 723.',
  });
}

/**
 * Says no before anything runs where a script, or who calls it, asks for what is not here.
 *
 * @throws PYTHON_NOT_FOUND for another Python, PACKAGES_UNAVAILABLE for packages, USAGE for what is no range.
 */
export function requireMet({ requiresPython, dependencies }: ScriptMetadata, pythonVersion: string): void {
  if (requiresPython !== undefined) requirePython(requiresPython, pythonVersion);
  if (dependencies.length === 0) return;
  throw new BelljarError('PACKAGES_UNAVAILABLE', `packages are asked for: ${dependencies.slice(0, 20).join(', ')}`, {
    details: { dependencies: [...dependencies] },
  });
}

function requirePython(range: string, version: string): void {
  const specifiers = parseSpecifiers(range);
  if (specifiers === undefined) throw problem(`“${range}” is no range of versions`);
  if (containsVersion(specifiers, version)) return;
  throw new BelljarError('PYTHON_NOT_FOUND', `the script needs Python ${range}, and this is ${version}`, {
    hint: 'Name another with --python or BELLJAR_PYTHON.',
  });
}
