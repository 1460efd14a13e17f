import { z } from 'zod';

import type { LearnedImports } from './learned-imports.ts';

const opened = z.object({ verdict: z.literal('sound'), name: z.string(), importNames: z.array(z.string()) });

/** Learns which modules a wheel has that was opened; of one that was refused nothing is learned. */
export async function learnFromWheel(imports: Pick<LearnedImports, 'learn'>, inspection: unknown): Promise<void> {
  const { data } = opened.safeParse(inspection);
  if (data !== undefined) await imports.learn(data.name, data.importNames, 'wheel');
}
