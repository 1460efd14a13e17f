import { BelljarError } from '../../errors.ts';
import { containsVersion, parseSpecifiers } from '../../policy/index.ts';

/**
 * Says no before anything runs where a script is for another Python than the one that is here.
 *
 * @throws PYTHON_NOT_FOUND, USAGE for what is no range of versions.
 */
export function requirePython(range: string, version: string): void {
  const specifiers = parseSpecifiers(range);
  if (specifiers === undefined) throw new BelljarError('USAGE', `“${range}” is no range of versions of Python`);
  if (containsVersion(specifiers, version)) return;
  throw new BelljarError('PYTHON_NOT_FOUND', `the script needs Python ${range}, and this is ${version}`, {
    hint: 'Name another with --python or BELLJAR_PYTHON.',
  });
}
