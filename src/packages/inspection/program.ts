/** The program that opens wheels, behind glass: it sees nothing but the bytes that it asks for. */
import { ReadAhead } from './archive/index.ts';
import { askFor, readOrder, sendBytes } from './pipe.ts';
import { readWheel } from './read-wheel.ts';

say({ ready: true });
for (let order = readOrder(); order !== undefined; order = readOrder()) {
  const source = askFor(order.sizeBytes, (offset, length) => say({ read: [offset, length] }));
  say({ reading: await readWheel(new ReadAhead(source), order.limits) });
}

function say(what: object): void {
  sendBytes(Buffer.from(`${JSON.stringify(what)}\n`));
}
