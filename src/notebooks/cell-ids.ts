import { createHash } from 'node:crypto';

import type { Cell } from './notebook.ts';

const validId = /^[a-zA-Z0-9_-]{1,64}$/;

/** Gives an id to each cell that has none, or one that is not valid or not its own: the same at every reading. */
export function giveIds(cells: readonly Cell[]): Cell[] {
  const taken = new Set<string>();
  const kept = cells.map((cell) => {
    const isGood = cell.id !== undefined && validId.test(cell.id) && !taken.has(cell.id);
    if (isGood && cell.id !== undefined) taken.add(cell.id);
    return isGood;
  });
  return cells.map((cell, index) => {
    if (kept[index] === true) return cell;
    const id = makeId(cell, taken);
    taken.add(id);
    return { ...cell, id };
  });
}

/** Made of what the cell says, not of where it stands: a cell that is put before it changes nothing. */
function makeId({ cell_type: type, source }: Cell, taken: ReadonlySet<string>): string {
  for (let twin = 0; ; twin += 1) {
    const id = createHash('sha256').update(`${type}\0${twin}\0${source}`).digest('hex').slice(0, 8);
    if (!taken.has(id)) return id;
  }
}
