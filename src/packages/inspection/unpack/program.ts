/** The program that unpacks a wheel, behind glass: one wheel, and then it ends, so that none can tamper with another. */
import { openArchive, ReadAhead, readContent } from '../archive/index.ts';
import { namesOfRecord } from '../compare-lists.ts';
import { askFor, type Order, readOrder, sendBytes } from '../pipe.ts';
import { type WheelProblem, WheelRefusal } from '../problem.ts';
import { findDistInfo, readTexts } from '../text-files.ts';
import { encodeFrame, encodeRead, maxPieceBytes } from './frames.ts';

sendBytes(encodeFrame('ready'));
const order = readOrder();
if (order !== undefined) sendBytes(encodeFrame('end', encodeJson({ problem: await unpack(order) })));

async function unpack({ sizeBytes, limits }: Order): Promise<WheelProblem | undefined> {
  const source = new ReadAhead(askFor(sizeBytes, (offset, length) => sendBytes(encodeRead(offset, length))));
  try {
    const all = openArchive(source, limits);
    const entries = all.filter(({ isFolder }) => !isFolder);
    const folders = all.filter(({ isFolder }) => isFolder).map(({ path }) => path);
    const distInfo = findDistInfo(all);
    const texts = await readTexts(source, entries, distInfo);
    const files = entries.map(({ path, unpackedBytes, isExecutable }) => ({
      ...{ path, isExecutable },
      sizeBytes: unpackedBytes,
    }));
    sendBytes(encodeFrame('announcement', encodeJson({ files, folders, ...texts })));
    const unlisted = namesOfRecord(distInfo);
    for (const [index, entry] of entries.entries()) {
      await readContent(source, entry, unlisted.includes(entry.path) ? () => undefined : sendAs(index));
    }
    return undefined;
  } catch (error) {
    if (error instanceof WheelRefusal) return error.problem;
    throw error;
  }
}

function sendAs(index: number): (piece: Buffer) => void {
  return (piece) => {
    for (let at = 0; at < piece.length; at += maxPieceBytes) {
      sendBytes(encodeFrame('data', piece.subarray(at, at + maxPieceBytes), index));
    }
  };
}

function encodeJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
