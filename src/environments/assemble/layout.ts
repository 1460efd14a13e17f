/** Where every environment is seen by the Python that runs in it, wherever it lies on the host. */
export const environmentPath = '/belljar/environment';

/** The interpreter as the scripts of an environment name it. */
export const pythonPath = `${environmentPath}/bin/python`;

/** What belongs to Belljar alone in an environment: no package may put anything there. */
export const ownFolder = '.belljar';

/** The few words about an environment, and the long list of its files. */
export const descriptionFile = `${ownFolder}/environment.json`;
export const listFile = `${ownFolder}/files.json`;

/** Folders and names of an environment's inside, which are the same on every machine. */
export interface Layout {
  /** `lib/python3.11/site-packages` */
  readonly site: string;
  readonly scripts: string;
  /** Where the headers of a project go. */
  headersOf(project: string): string;
}

/** The layout for a version such as `3.11.7`. */
export function layoutFor(version: string): Layout {
  const minor = version.split('.').slice(0, 2).join('.');
  return {
    site: `lib/python${minor}/site-packages`,
    scripts: 'bin',
    headersOf: (project) => `include/site/python${minor}/${project}`,
  };
}
