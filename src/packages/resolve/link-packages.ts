import type { MarkerEnvironment } from '../wish/index.ts';
import { asksForKernel, mayHold } from './may-hold.ts';
import { isNeeded, type Need, readNeed } from './need.ts';

export interface LinkOptions {
  readonly packages: readonly { readonly name: string; readonly needs: readonly string[] }[];
  readonly requirements: readonly { readonly name: string; readonly extras: readonly string[] }[];
  readonly environment: MarkerEnvironment;
}

export interface Links {
  readonly requiredBy: ReadonlySet<string>;
  readonly extras: ReadonlySet<string>;
}

interface Node {
  readonly requiredBy: Set<string>;
  readonly extras: Set<string>;
  readonly needs: readonly Need[];
}

/** Who needs whom, and with which extras, by what the packages say themselves. */
export function linkPackages({ packages, requirements, environment }: LinkOptions): ReadonlyMap<string, Links> {
  const nodes = new Map(
    packages.map(({ name, needs }): [string, Node] => {
      const read = needs.map(readNeed).filter((need) => need !== undefined);
      return [name, { requiredBy: new Set(), extras: new Set(), needs: read }];
    }),
  );
  const open: string[] = [];
  for (const { name, extras } of requirements) {
    for (const extra of extras) nodes.get(name)?.extras.add(extra);
    open.push(name);
  }
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = nodes.get(name);
    if (node === undefined) continue;
    seen.add(name);
    for (const need of node.needs) {
      const needed = nodes.get(need.name);
      if (needed === undefined || !isNeededThere(need, environment, node.extras)) continue;
      needed.requiredBy.add(name);
      const before = needed.extras.size;
      for (const extra of isNeeded(need, environment, node.extras) ? need.extras : []) needed.extras.add(extra);
      if (!seen.has(need.name) || needed.extras.size > before) open.push(need.name);
    }
  }
  return nodes;
}

/** What is there although only the kernel tells whether it is needed was needed: that it is there says so. */
function isNeededThere(need: Need, environment: MarkerEnvironment, extras: Iterable<string>): boolean {
  const { marker } = need;
  if (marker === undefined || !asksForKernel(marker)) return isNeeded(need, environment, extras);
  return ['', ...extras].some((extra) => mayHold(marker, { ...environment, extra }));
}
