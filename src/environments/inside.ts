/** What is light of environments: where one is seen, and what it is called. */
export { environmentPath } from './assemble/layout.ts';
export { ownerName } from './namespace.ts';

const bundlePrefix = 'environment/';

/** Whether a text can be the key of an environment. */
export function isEnvironmentKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The bundle of an environment: its tree, the Python that it was built for, and the runner for that. */
export function bundleOf(key: string): string {
  return `${bundlePrefix}${key}`;
}

/** The key of an environment's bundle; undefined where a name is another's. */
export function keyOfBundle(name: string): string | undefined {
  const key = name.slice(bundlePrefix.length);
  return name.startsWith(bundlePrefix) && isEnvironmentKey(key) ? key : undefined;
}
