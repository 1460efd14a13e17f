import { BelljarError } from '../../errors.ts';
import { containsVersion, parseSpecifiers } from '../../policy/index.ts';
import { plainValue, readToml, TomlProblem } from '../toml/index.ts';
import { findScriptBlocks, type ScriptBlock } from './script-block.ts';

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
  const [block, second] = findScriptBlocks(code);
  if (second !== undefined) throw problem('it stands there twice');
  if (block === undefined) return undefined;
  const { 'requires-python': requiresPython, dependencies = [] } = readBlock(block);
  if (requiresPython !== undefined && typeof requiresPython !== 'string') throw problem('requires-python is no text');
  if (!isTexts(dependencies)) throw problem('dependencies is no list of text');
  return { requiresPython, dependencies };
}

function readBlock({ text }: ScriptBlock): Readonly<Record<string, unknown>> {
  try {
    return plainValue(readToml(text)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (error instanceof TomlProblem) throw problem(`line ${error.line} of it: ${error.what}`);
    throw error;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
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
export function requireMet(
  { requiresPython, dependencies }: ScriptMetadata,
  pythonVersion: string,
  { file }: { readonly file?: string | undefined } = {},
): void {
  if (requiresPython !== undefined) requirePython(requiresPython, pythonVersion);
  if (dependencies.length === 0) return;
  throw new BelljarError('PACKAGES_UNAVAILABLE', `packages are asked for: ${dependencies.slice(0, 20).join(', ')}`, {
    hint: `This version runs code without packages. What they would come to is said by: belljar plan ${
      file === undefined ? 'REQUIREMENT…' : `-r ${file}`
    }`,
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
