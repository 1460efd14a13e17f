import { nearestAlike } from '../../nearest.ts';
import { famousImports, knownImports, mostImported, standardModules } from '../../packages/imports.ts';
import { normalizeName } from '../../policy/index.ts';
import { removedModules } from './standard-library.ts';

/** What everybody calls a module or its project; as names of packages they are anybody's. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['np', 'numpy'],
  ['pd', 'pandas'],
  ['plt', 'matplotlib.pyplot'],
  ['mpl', 'matplotlib'],
  ['pyplot', 'matplotlib.pyplot'],
  ['sns', 'seaborn'],
  ['tf', 'tensorflow'],
  ['nx', 'networkx'],
  ['pl', 'polars'],
  ['px', 'plotly.express'],
  ['go', 'plotly.graph_objects'],
  ['sm', 'statsmodels.api'],
  ['smf', 'statsmodels.formula.api'],
  ['gpd', 'geopandas'],
  ['xr', 'xarray'],
  ['xgb', 'xgboost'],
  ['lgb', 'lightgbm'],
  ['st', 'streamlit'],
  ['dt', 'datetime'],
  ['mp', 'multiprocessing'],
  ['sp', 'scipy'],
  ['opencv', 'cv2'],
  ['cv', 'cv2'],
  ['pytorch', 'torch'],
  ['beautifulsoup', 'bs4'],
  ['BeautifulSoup', 'bs4'],
  ['scikit', 'sklearn'],
  ['yml', 'yaml'],
]);

const topLevelNames = [
  ...new Set([
    ...famousImports,
    ...[...knownImports.keys()].map((name) => name.split('.')[0] ?? ''),
    ...[...standardModules].filter((name) => !removedModules.has(name)),
  ]),
];

const modulesOfDistributions = new Map(
  [...knownImports].flatMap(([module, distributions]) =>
    distributions.map((name): [string, { module: string; distribution: string }] => [
      normalizeName(name),
      { module, distribution: name },
    ]),
  ),
);

/** What a name is the usual abbreviation of. */
export function meaningOf(alias: string): string | undefined {
  return aliases.get(alias);
}

/** The module to import where the name of its distribution was written: `pillow` is imported as `PIL`. */
export function importedAs(name: string): { readonly module: string; readonly distribution: string } | undefined {
  return modulesOfDistributions.get(normalizeName(name));
}

const shortestTypo = 4;
const longestWithOneMistake = 7;

/**
 * The well-known module that was probably meant. Short names lie so near each other that more than one mistake proves nothing.
 */
export function meantBy(name: string): string | undefined {
  const bare = name.replaceAll('_', '').toLowerCase();
  const same = topLevelNames.find((known) => known.replaceAll('_', '').toLowerCase() === bare);
  if (same !== undefined || name.length < shortestTypo) return same;
  const maxMistakes = name.length > longestWithOneMistake ? 2 : 1;
  const nearest = nearestAlike(name, topLevelNames, maxMistakes);
  return nearest ?? (name.length > shortestTypo ? nearestAlike(name, mostImported, 2) : undefined);
}
