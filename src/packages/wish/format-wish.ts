import { createHash } from 'node:crypto';

import type { WishRequirement } from './wish-requirement.ts';

/** The lines that every wish of the same meaning has: for uv, and to compare wishes by. */
export function formatWish(requirements: readonly WishRequirement[]): string {
  const lines = requirements.map(formatRequirement).sort();
  return [...new Set(lines)].map((line) => `${line}\n`).join('');
}

/** `name[extra]>=1 ; marker --hash=sha256:…` */
export function formatRequirement({ name, extras, specifier, marker, sha256s }: WishRequirement): string {
  const head = `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${specifier}`;
  const condition = marker === undefined ? '' : ` ; ${marker}`;
  return head + condition + sha256s.map((digest) => ` --hash=sha256:${digest}`).join('');
}

/** The sha256 of the canonical lines. */
export function digestWish(requirements: readonly WishRequirement[]): string {
  return createHash('sha256').update(formatWish(requirements)).digest('hex');
}
