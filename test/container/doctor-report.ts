import { z } from 'zod';

import type { ContainerResult } from './engine.ts';

const schema = z.object({
  backends: z.array(z.object({ backend: z.string(), available: z.boolean() })),
  obstacles: z.array(z.object({ what: z.string(), remedy: z.string() })),
});

/** What the doctor said of the first thing in the way. */
export interface DoctorReport {
  readonly isUsable: boolean;
  readonly isBackendAvailable: boolean;
  readonly why: string;
  readonly remedy: string;
}

export function readDoctor({
  code,
  stdout,
  stderr,
}: Pick<ContainerResult, 'code' | 'stdout' | 'stderr'>): DoctorReport {
  if (stdout === '') throw new Error(`the doctor said nothing: ${stderr}`);
  const { backends, obstacles } = schema.parse(JSON.parse(stdout));
  const { what = '', remedy = '' } = obstacles[0] ?? {};
  return {
    isUsable: code === 0 && obstacles.length === 0,
    isBackendAvailable: backends.some(({ backend, available }) => backend === 'process' && available),
    why: what,
    remedy,
  };
}

/** The flags between “docker run” and the image, each with its value. */
export function flagsOf(remedy: string): [string, string][] {
  const words = /docker run (.*) IMAGE/.exec(remedy)?.[1]?.split(' ') ?? [];
  const flags: [string, string][] = [];
  for (let index = 0; index < words.length; index += 2) flags.push([words[index]!, words[index + 1]!]);
  return flags;
}
