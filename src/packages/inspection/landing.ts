/** Where a file of a wheel comes to lie: in the packages, among the programs, or elsewhere in the environment. */
export interface Landing {
  readonly scheme: 'packages' | 'scripts' | 'headers' | 'data';
  /** From the folder of the scheme on. */
  readonly path: string;
}

const schemes: Readonly<Record<string, Landing['scheme']>> = {
  purelib: 'packages',
  platlib: 'packages',
  scripts: 'scripts',
  headers: 'headers',
  data: 'data',
};

/** Reads a path inside a wheel; undefined for one in a `.data` folder that goes nowhere. */
export function landingOf(path: string): Landing | undefined {
  const [, scheme, rest] = /^[^/]+\.data(?:\/([^/]*)(?:\/(.*))?)?$/is.exec(path) ?? [];
  if (!/^[^/]+\.data(?:\/|$)/i.test(path)) return { scheme: 'packages', path };
  const known = scheme !== undefined && Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  return known === undefined || rest === undefined || rest === '' ? undefined : { scheme: known, path: rest };
}
