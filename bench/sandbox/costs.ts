import { spawnSync } from 'node:child_process';

import { type Row, quantile } from './figures.ts';
import { type Glass, runIn } from './glass.ts';

const programs: Readonly<Record<string, string>> = {
  'CPU-bound': 'x = 0\nfor i in range(6_000_000): x += i * i % 7',
  'system calls': 'import os\nfor _ in range(300_000): os.getppid(); os.stat("/")',
  imports: 'import asyncio, email.mime.text, http.client, json, sqlite3, unittest, xml.dom.minidom, decimal, ctypes',
};

/** What a program of each kind costs inside against outside, by the clock it reads itself. */
export async function compareCosts(glass: Glass, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [program, code] of Object.entries(programs)) {
    const timed = `import time\nstarted = time.perf_counter()\n${code}\nprint(time.perf_counter() - started)`;
    const [inside, outside]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      const pair = [await runInside(glass, timed), runOutside(glass, timed)] as const;
      if (round === 0) continue; // the first fills caches
      inside.push(pair[0] * 1000);
      outside.push(pair[1] * 1000);
    }
    const ratios = inside.map((ms, index) => ms / (outside[index] ?? Number.NaN));
    rows.push({
      program,
      insideMs: quantile(inside, 0.5),
      outsideMs: quantile(outside, 0.5),
      insideOverOutside: quantile(ratios, 0.5),
      worst: quantile(ratios, 1),
    });
  }
  return rows;
}

async function runInside(glass: Glass, code: string): Promise<number> {
  const session = await glass.open();
  const { output } = await runIn(session, code);
  await session.close();
  return Number(output);
}

function runOutside({ interpreter: { executable } }: Glass, code: string): number {
  return Number(spawnSync(executable, ['-I', '-c', code], { encoding: 'utf8' }).stdout);
}
