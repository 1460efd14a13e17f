import { addGateClient, BelljarError, listGateClients, removeGateClient } from '../belljar.ts';
import { ensureHome, resolveHome } from '../storage/index.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { readView } from './gate.ts';

export const gateTokenCommand: Command = {
  positionals: 1,
  help: `
belljar gate token [NAME] [--view strict|plan] [--revoke] [--json]

Gives a client of the gate a token of its own, so that its addresses stay the same and its refusals are told apart. The token
is shown once; only its hash is kept. A client that has one keeps it until it is revoked. Gates that are open notice within a
second. Without a name: lists the clients.

  --view strict|plan  whether what the policy asks about is hidden (default) or shown
  --revoke            takes the client's token away
  --json              one document

Exit code: 0; 1 where there is no client to revoke.

Example:
  belljar gate token ci
`,
  options: { view: { type: 'string' }, revoke: { type: 'boolean' } },
  run: runToken,
};

async function runToken(invocation: Invocation): Promise<number> {
  const { positionals, values, io } = invocation;
  const home = await ensureHome(resolveHome(io.env));
  const [id] = positionals;
  if (id === undefined) return list(invocation, home);
  if (isFlagSet(values, 'revoke')) return revoke(invocation, { home, id });
  const view = readView(stringOption(values, 'view')) ?? 'strict';
  const token = await addGateClient(home, { id, view });
  if (isFlagSet(values, 'json')) printJson(io, { id, view, token });
  else printLine(io, `The token of ${id}, shown this once: ${token}\nIts index: http://HOST:PORT/t/${token}/simple/`);
  return 0;
}

async function list({ io, values }: Invocation, home: string): Promise<number> {
  if (isFlagSet(values, 'revoke')) throw new BelljarError('USAGE', 'name the client whose token is to be revoked');
  const clients = (await listGateClients(home)).map(({ id, view, createdAt }) => ({ id, view, createdAt }));
  if (isFlagSet(values, 'json')) printJson(io, { clients });
  else if (clients.length === 0) printLine(io, 'No client has a token of its own.');
  else for (const { id, view, createdAt } of clients) printLine(io, `${id.padEnd(24)} ${view.padEnd(8)} ${createdAt}`);
  return 0;
}

async function revoke({ io, values }: Invocation, { home, id }: { home: string; id: string }): Promise<number> {
  const isRevoked = await removeGateClient(home, id);
  if (isFlagSet(values, 'json')) printJson(io, { id, isRevoked });
  else printLine(io, isRevoked ? `${id} has no token any more.` : `There is no client ${id}.`);
  return isRevoked ? 0 : 1;
}
