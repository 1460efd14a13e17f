export {
  addClient,
  type NewClient,
  readClients,
  removeClient,
  requireLongToken,
  type StoredClient,
} from './client-file.ts';
export { type ClientEntry, hashToken, leastTokenLength, makeToken } from './clients.ts';
export type { GateEvent, GateOptions, WheelToInspect } from './desk.ts';
export { type AdmitOptions, type AdmittedClient, Gate } from './gate.ts';
export { isLoopback, toHostName } from './host-names.ts';
export { Inspections, type KeptInspection, type ListedWheel } from './inspections.ts';
export { openListed } from './open-listed.ts';

export type { AdvisorySource, Grounds } from './grounds.ts';
export { type JudgedFile, type JudgedPage, judgePage } from './judge-page.ts';
export type { Refusal } from './refusal-book.ts';
export { recordEvents } from './record-events.ts';
export { formatRefusals } from './refusal-text.ts';
export type { Agreement, LockedFiles, ViewName } from './view.ts';
export { announceGate, findRunningGates, type RunningGate } from './running-gates.ts';
