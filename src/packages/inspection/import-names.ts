/** Folders that wheels carry along by mistake: who imports one of these means a file of his own. */
export const ownLooking: ReadonlySet<string> = new Set(
  `app apps base benchmark benchmarks build common conf config configs constants core data db dist doc docs example
   examples exceptions functions helper helpers lib libs main model models module modules my_module mymodule package
   sample samples scripts server settings setup shared src test_utils tests tool tools util utils views`.split(/\s+/),
);

export const maxNamesPerWheel = 1000;

const importable = /^(?<name>[A-Za-z_]\w*)(?:\.py|(?:\.[\w-]+)?\.(?:so|pyd))?$/;

/** The modules that a wheel brings, by the paths of its files: top-level ones, and the parts of namespaces. */
export function importNamesOf(paths: Iterable<string>): string[] {
  const folders = [...paths].map((path) => path.replace(/^[^/]+\.data\/(?:pure|plat)lib\//, '').split('/'));
  const packages = new Set(folders.filter((parts) => parts.at(-1) === '__init__.py').map((parts) => modulePath(parts)));
  const names = new Set<string>();
  for (const parts of folders) {
    const name = firstModule(parts, packages);
    if (name !== undefined && names.size < maxNamesPerWheel) names.add(name);
  }
  return [...names].sort();
}

function modulePath(parts: readonly string[]): string {
  return parts.slice(0, -1).join('.');
}

/** The outermost package on the way to a file, or the module that the file itself is. */
function firstModule(parts: readonly string[], packages: ReadonlySet<string>): string | undefined {
  const top = parts[0] ?? '';
  if (/\.(?:dist-info|data|libs)$/.test(top) || top.startsWith('_') || ownLooking.has(top)) return undefined;
  const names: string[] = [];
  for (const [index, part] of parts.entries()) {
    const { groups } = importable.exec(part) ?? {};
    const isFile = index === parts.length - 1;
    if (groups?.['name'] === undefined || (isFile && part === groups['name'])) return undefined;
    names.push(groups['name']);
    if (isFile || packages.has(names.join('.'))) return names.join('.');
  }
  return undefined;
}
