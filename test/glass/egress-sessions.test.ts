import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { findInterpreter } from '../../src/environments/index.ts';
import { parsePolicy } from '../../src/policy/index.ts';
import { type Entry, openHomeRecord } from '../../src/record/index.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import { type Session, Sessions, describeBundles } from '../../src/sessions/index.ts';
import { EgressWorld } from '../support/egress.ts';
import { runInSession } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const owner = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;

describe('a session under a policy that opens a host', needs(root, bubblewrap, python), () => {
  it('reaches it, and each connection is on the record under the session’s correlation id', async (context) => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttp((_, response) => response.end('hello'));
    const house = await openHouse(context, world, `[{host: api.test, ports: [${port}]}]`);
    world.names['api.test'] = ['127.0.0.1'];
    const session = await house.sessions.open(owner);
    const { stdout, stderr } = await runInSession(
      session,
      `${fetching}
print(fetch("http://api.test:${port}/"), fetch("http://evil.test/"), fetch("http://evil.test/"))`,
    );
    assert.equal(stdout, 'hello 403 403\n', stderr);
    await session.close();
    const entries = await house.entries();
    const told = entries.filter(({ action }) => action.startsWith('network.'));
    assert.deepEqual(
      told.map(({ action, subject, verdict, details }) => [action, subject, verdict, details['connections']]),
      [
        ['network.connect', `api.test:${port}`, 'allow', 1],
        ['network.deny', 'evil.test:80', 'deny', 1],
        ['network.deny', 'evil.test:80', 'deny', 1],
      ],
    );
    const start = entries.find(({ action }) => action === 'run.start');
    assert.ok(told.every(({ correlationId }) => correlationId === start?.correlationId));
    assert.ok((start?.details['capabilities'] as string[]).includes('egress-rules'));
    assert.deepEqual(told[0]?.details['address'], '127.0.0.1');
  });

  it('loses a host at once when the policy no longer opens it, and gains another', async (context) => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    const house = await openHouse(context, world, `[{host: old.test, ports: [${port}]}]`);
    world.names['old.test'] = world.names['new.test'] = ['127.0.0.1'];
    const session = await house.sessions.open(owner);
    const isUp = Promise.withResolvers<undefined>();
    const run = session.runScript(
      {
        name: 'x.py',
        code: `${fetching}
s, code = tunnel("old.test", ${port})
s.sendall(b"up\\n")
print(s.recv(9), flush=True)
print(s.recv(9), tunnel("old.test", ${port})[1], tunnel("new.test", ${port})[1])`,
        args: [],
      },
      {
        onEvent: (event) => {
          if (event.type !== 'stream') return;
          house.heard += Buffer.from(event.bytes).toString();
          isUp.resolve(undefined);
        },
      },
    );
    await isUp.promise;
    house.setPolicy(`[{host: new.test, ports: [${port}]}]`);
    await run;
    assert.equal(house.heard, "b'up\\n'\nb'' 403 200\n");
    await session.close();
    const ended = (await house.entries()).filter(({ details }) => details['end'] === 'rules-changed');
    assert.deepEqual(
      ended.map(({ action, subject }) => [action, subject]),
      [['network.deny', `old.test:${port}`]],
    );
  });

  it('closes what is open when the session is closed, and says so on the record', async (context) => {
    await using world = await EgressWorld.open();
    const isUp = Promise.withResolvers<undefined>();
    const isGone = Promise.withResolvers<undefined>();
    const port = await world.serveTcp((socket) => {
      isUp.resolve(undefined);
      socket.once('end', () => isGone.resolve(undefined)).resume();
    });
    const house = await openHouse(context, world, `[{host: api.test, ports: [${port}]}]`);
    world.names['api.test'] = ['127.0.0.1'];
    const session = await house.sessions.open(owner);
    const run = runIgnored(
      session,
      `${fetching}
s, code = tunnel("api.test", ${port})
s.recv(1)`,
    );
    await isUp.promise;
    await session.close();
    await Promise.all([isGone.promise, run]);
    const last = (await house.entries()).find(({ action }) => action === 'network.connect');
    assert.equal(last?.details['end'], 'closed');
  });

  it('has no way out where the policy opens nothing', async (context) => {
    await using world = await EgressWorld.open();
    const house = await openHouse(context, world, '[]');
    await using session = await house.sessions.open(owner);
    const { stdout } = await runInSession(
      session,
      'import os\nprint(os.environ.get("HTTP_PROXY"), os.listdir("/belljar"))',
    );
    assert.equal(stdout, "None ['runner']\n");
  });
});

const fetching = `
import os, socket, urllib.error, urllib.request
def fetch(url):
    try: return urllib.request.urlopen(url, timeout=20).read().decode()
    except urllib.error.HTTPError as error: return error.code
def tunnel(host, port):
    s = socket.create_connection(("127.0.0.1", 3128), 20)
    s.sendall(f"CONNECT {host}:{port} HTTP/1.1\\r\\n\\r\\n".encode())
    head = b""
    while b"\\r\\n\\r\\n" not in head:
        piece = s.recv(1)
        if not piece: break
        head += piece
    return s, int(head.split()[1])
`;

interface House {
  readonly sessions: Sessions;
  heard: string;
  setPolicy(allow: string): void;
  entries(): Promise<Entry[]>;
}

/** All that belongs to Belljar but the policy's file, with the names and servers of a world. */
async function openHouse(context: TestContext, world: EgressWorld, allow: string): Promise<House> {
  const { executable, parts, ...interpreter } = await findInterpreter();
  const homeRecord = await openHomeRecord(await temporaryFolder(context));
  let current = read(allow);
  const { resolve, exemptAddressesInTests } = world.optionsOf();
  const sessions = new Sessions({
    backend: new ProcessBackend(describeBundles(parts)),
    interpreter: { executable, parts, ...interpreter },
    record: homeRecord.record,
    currentPolicy: () => current,
    egress: { resolve: resolve!, exemptAddressesInTests: exemptAddressesInTests! },
  });
  context.after(async () => {
    await sessions.close();
    await homeRecord[Symbol.asyncDispose]();
  });
  return {
    sessions,
    heard: '',
    setPolicy: (next) => {
      current = read(next);
      sessions.policyChanged();
    },
    entries: () => homeRecord.record.tail({ limit: 100 }),
  };
}

function read(allow: string) {
  const reading = parsePolicy(`version: 1\nruntime: {network: {allow: ${allow}}}\n`, 'test');
  assert.ok(reading.ok);
  return reading;
}

async function runIgnored(session: Session, code: string): Promise<void> {
  await session.runScript({ name: 'x.py', code, args: [] }).catch(() => undefined); // it is closed under it
}
