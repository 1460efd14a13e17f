import { z } from 'zod';

import { BelljarError } from './errors.ts';

const rule = 'must be letters, digits, “-”, “_” and “.”, a letter or digit first, at most 100 of them';

/** No separators, no leading dot, nothing a terminal or a shell would take for something else. */
export const workspaceNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, rule);

/** The name itself, where a workspace can be called so. @throws USAGE */
export function checkWorkspaceName(name: string): string {
  const { success } = workspaceNameSchema.safeParse(name);
  if (success) return name;
  const message =
    name === '' ? 'a workspace needs a name' : `“${name.slice(0, 100)}” cannot be the name of a workspace`;
  throw new BelljarError('USAGE', message, { hint: `A name ${rule}.` });
}
