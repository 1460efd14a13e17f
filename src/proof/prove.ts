import { BelljarError, refuseWhenCancelled, toBelljarError } from '../errors.ts';
import { nearestOf } from '../nearest.ts';
import { type ProofCase, type Side, type Sighting, families } from './case.ts';
import { corpus } from './corpus.ts';
import { type Judgement, judge } from './judge.ts';
import { isRefusal } from './program-case.ts';
import { type CaseReport, type ProofReport, summarise } from './report.ts';
import { Setting, type SettingOptions } from './setting.ts';

export interface ProveOptions extends SettingOptions {
  /** A family or the id of a case; all where left out. */
  readonly only?: string | undefined;
  readonly cases?: readonly ProofCase[] | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Each case is mostly waiting for processes to start. */
const atOnce = 4;

/**
 * Makes every attack behind glass and once more without the protection, and judges what was seen.
 *
 * @throws USAGE where nothing has that name; PYTHON_NOT_FOUND, SANDBOX_UNAVAILABLE, CANCELLED.
 */
export async function proveGlass(options: ProveOptions = {}): Promise<ProofReport> {
  const { only, cases = corpus, signal, onProgress } = options;
  const chosen = choose(cases, only);
  const setting = await Setting.open(options);
  const startedAt = performance.now();
  const waiting = chosen.map((one, index) => ({ one, index }));
  const reports: CaseReport[] = [];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      refuseWhenCancelled(signal);
      reports[next.index] = await proveCase(next.one, setting);
      done += 1;
      onProgress?.(done, chosen.length);
    }
  };
  // Both come to their end, so that nothing of either is left when one fails.
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  for (const [index, one] of chosen.entries()) {
    if (reports[index]?.verdict === 'unproven') reports[index] = await proveOnceMore(one, setting);
  }
  return { summary: summarise(reports, performance.now() - startedAt), cases: reports };
}

/**
 * Alone, when all else is done: beside others a control may not get the time or the memory that it wants to take. What
 * was seen to escape is never asked again.
 */
async function proveOnceMore(one: ProofCase, setting: Setting): Promise<CaseReport> {
  refuseWhenCancelled(setting.signal);
  const report = await proveCase(one, setting);
  return { ...report, evidence: `${report.evidence} (at the second attempt)` };
}

/** Makes the attack and its control, and judges them. */
export async function proveCase(one: ProofCase, setting: Setting): Promise<CaseReport> {
  const startedAt = performance.now();
  const sightings: Partial<Record<Side, Sighting>> = {};
  const judgement = await judgeCase(one, setting, sightings);
  const { id, family, title, protections, observed, control } = one;
  return {
    id,
    family,
    title,
    protection: protections.join(', '),
    observed,
    attack: describeSighting('behind glass', sightings.attack),
    control: describeSighting(control, sightings.control),
    ...judgement,
    ms: Math.round(performance.now() - startedAt),
  };
}

async function judgeCase(
  one: ProofCase,
  setting: Setting,
  sightings: Partial<Record<Side, Sighting>>,
): Promise<Judgement> {
  const absence = one.findAbsence(setting);
  if (absence !== undefined) return { verdict: 'absent', evidence: absence };
  try {
    const attack = await one.attempt('attack', setting);
    sightings.attack = attack;
    const control = await one.attempt('control', setting);
    sightings.control = control;
    return judge(attack, control, one.mayBeOutOfReach);
  } catch (thrown) {
    if (isRefusal(thrown)) return { verdict: 'refused', evidence: `nothing was started: ${thrown.message}` };
    const error = toBelljarError(thrown);
    if (error.code === 'CANCELLED' || error.code === 'SANDBOX_UNAVAILABLE') throw error;
    return { verdict: 'unproven', evidence: error.message };
  }
}

function describeSighting(way: string, sighting: Sighting | undefined): CaseReport['attack'] {
  if (sighting === undefined) return { way, seen: null, word: 'not made' };
  return { way, seen: sighting.seen ?? null, word: sighting.word };
}

function choose(cases: readonly ProofCase[], only: string | undefined): readonly ProofCase[] {
  if (only === undefined) return cases;
  const chosen = cases.filter(({ id, family }) => family === only || id === only || id.startsWith(`${only}.`));
  if (chosen.length > 0) return chosen;
  const nearest = nearestOf(only, [...families, ...cases.map(({ id }) => id)]);
  throw new BelljarError('USAGE', `there is no family or case “${only}”`, {
    hint: nearest === undefined ? `The families are ${families.join(', ')}.` : `Did you mean “${nearest}”?`,
  });
}
