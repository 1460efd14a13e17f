import { chmodSync, mkdirSync } from 'node:fs';

import { linkFile, type LinkMethod } from './link-method.ts';

/** A piece of the making of a tree, small enough to be waited for. All paths are whole ones. */
export type TreeBatch =
  | { readonly op: 'make-folders'; readonly folders: readonly string[] }
  | { readonly op: 'seal-folders'; readonly folders: readonly string[] }
  | {
      readonly op: 'link';
      readonly links: readonly (readonly [from: string, to: string])[];
      readonly method: LinkMethod;
    };

/** Does it at once, one call after the other: a promise for each takes twice the processor's time. */
export function performBatch(batch: TreeBatch): void {
  switch (batch.op) {
    case 'make-folders':
      for (const folder of batch.folders) mkdirSync(folder);
      return;
    case 'seal-folders':
      for (const folder of batch.folders) chmodSync(folder, 0o555);
      return;
    case 'link':
      for (const [from, to] of batch.links) linkFile(from, to, batch.method);
  }
}
