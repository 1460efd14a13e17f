import { BelljarError } from '../../errors.ts';
import { parseWheelName, type WheelProblem } from '../../packages/index.ts';
import { compareVersions, parseVersion } from '../../policy/index.ts';
import type { StoredWheel } from './stored-wheel.ts';

/** The error of a wheel that is not taken. */
export function refuseWheel(filename: string, problems: readonly WheelProblem[]): BelljarError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const message = `${filename} is refused: ${first?.message ?? 'it is no wheel'}${more}`;
  return new BelljarError('WHEEL_REFUSED', message, { details: { problems } });
}

/**
 * The bytes are known by their digest; a name that they were not unpacked under is judged all the same.
 *
 * @throws WHEEL_REFUSED
 */
export function requireOwnName(stored: StoredWheel, filename: string): void {
  if (stored.filename === filename) return;
  const name = parseWheelName(filename);
  const version = parseVersion(stored.version);
  const isSame = name?.name === stored.name && version !== undefined && compareVersions(version, name.version) === 0;
  if (isSame) return;
  throw refuseWheel(filename, [{ rule: 'wheel.name', message: `it is the wheel of ${stored.name} ${stored.version}` }]);
}
