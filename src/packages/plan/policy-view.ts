import { type Grounds, judgePage, type JudgedFile } from '../gate/index.ts';
import type { View } from '../resolve/index.ts';
import { describeGrounds } from './grounds.ts';

/**
 * `preferred` shows what is allowed, and of a project where something stands against every file, what nothing else stands
 * against;
 * `askable` all that is not denied; `all` everything, for explanations alone.
 */
export type ViewScope = 'preferred' | 'askable' | 'all';

export interface PolicyViewOptions {
  readonly grounds: Grounds;
  /** Those that the grounds tell of. */
  readonly refusals?: { readonly key: string } | undefined;
}

/** What of the index a wish may be resolved from, by the policy. */
export function policyView({ grounds, refusals }: PolicyViewOptions, scope: ViewScope): View {
  return {
    key: scope === 'all' ? scope : `${scope} ${describeGrounds(grounds)} ${refusals?.key ?? ''}`.trimEnd(),
    async show(page) {
      if (scope === 'all') return { files: page.files, validUntilMs: Number.POSITIVE_INFINITY };
      const { files, validUntilMs } = await judgePage(page, grounds);
      return { files: choose(files, scope).map(({ file }) => file), validUntilMs };
    },
  };
}

function choose(files: readonly JudgedFile[], scope: 'preferred' | 'askable'): readonly JudgedFile[] {
  const possible = files.filter(({ verdict }) => verdict !== 'deny');
  const shared = sharedRules(possible);
  const preferred = possible.filter(({ reasons }) => reasons.every(({ rule }) => shared.has(rule)));
  return scope === 'preferred' && preferred.length > 0 ? preferred : possible;
}

/** What speaks against all files alike, such as old advisory data, makes none of them better than another. */
function sharedRules([first, ...others]: readonly JudgedFile[]): ReadonlySet<string> {
  const rulesOf = ({ reasons }: JudgedFile): Set<string> => new Set(reasons.map(({ rule }) => rule));
  if (first === undefined) return new Set();
  return others.reduce((shared, file) => shared.intersection(rulesOf(file)), rulesOf(first));
}
