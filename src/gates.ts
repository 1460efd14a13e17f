import type { HomeGate, OpenGateOptions } from './home-gate.ts';
import type { NewClient, RunningGate, StoredClient } from './packages/index.ts';

export type { HomeGate, OpenGateOptions } from './home-gate.ts';

/** Loaded with the first of these that is called: most that use Belljar open no gate. */
const load = () => import('./home-gate.ts');

/**
 * Opens a gate on a home's policy, record and caches, for clients other than ours.
 *
 * @throws USAGE, ADDRESS_UNUSABLE, HOME_UNUSABLE, POLICY_INVALID, INDEX_UNAVAILABLE and what the database throws.
 */
export async function openHomeGate(options: OpenGateOptions = {}): Promise<HomeGate> {
  return (await load()).openHomeGate(options);
}

/** The gates of a home that are open. */
export async function findHomeGates(home: string): Promise<RunningGate[]> {
  return (await load()).findHomeGates(home);
}

/** Gives a client of a home's gates a token of its own; it is told once. @throws USAGE */
export async function addGateClient(home: string, client: NewClient): Promise<string> {
  return (await load()).addGateClient(home, client);
}

/** The clients that have tokens of their own. @throws INPUT_UNREADABLE */
export async function listGateClients(home: string): Promise<StoredClient[]> {
  return (await load()).listGateClients(home);
}

/** Resolves to whether there was one. @throws INPUT_UNREADABLE */
export async function removeGateClient(home: string, id: string): Promise<boolean> {
  return (await load()).removeGateClient(home, id);
}
