import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';

import { openTestSession, runInSession, runInside } from '../support/glass.ts';
import { EgressWorld, testCertificate } from '../support/egress.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const openssl = { what: 'openssl', holds: existsSync('/usr/bin/openssl') };

/** Prints what comes of each address, or why nothing does. */
const fetching = `
import http.client, json, os, socket, ssl, urllib.error, urllib.request
trusting = ssl.create_default_context(cadata=CERTIFICATE)
opener = urllib.request.build_opener(urllib.request.ProxyHandler(), urllib.request.HTTPSHandler(context=trusting))
def fetch(url):
    try:
        return opener.open(url, timeout=20).read().decode()
    except urllib.error.HTTPError as error:
        return f"{error.code}: {error.read().decode()}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
def socks(host, port):
    s = socket.create_connection(("127.0.0.1", 3128), 20)
    s.sendall(b"\\x05\\x01\\x00" + b"\\x05\\x01\\x00\\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2, "big"))
    reply = b""
    while len(reply) < 12:
        piece = s.recv(12 - len(reply))
        if not piece: break
        reply += piece
    return s, reply[3]
`;

describe('code behind glass that may reach a host', needs(root, bubblewrap, python, openssl), () => {
  it('reaches it by urllib over HTTP and HTTPS, and by http.client', async () => {
    await using world = await EgressWorld.open();
    const plain = await world.serveHttp((request, response) => response.end(`plain ${request.headers.host}`));
    const secure = await world.serveHttps(
      (request, response) => response.end(`secure ${request.url}`),
      testCertificate(),
    );
    world.allow('api.test', plain, secure);
    const { stdout, stderr } = await run(
      world,
      `
print(fetch("http://api.test:${plain}/"))
print(fetch("https://api.test:${secure}/path"))
connection = http.client.HTTPSConnection("127.0.0.1", 3128, context=trusting)
connection.set_tunnel("api.test", ${secure})
for path in ("/one", "/two"):
    connection.request("GET", path)
    print(connection.getresponse().read().decode())`,
    );
    assert.equal(stdout, `plain api.test:${plain}\nsecure /path\nsecure /one\nsecure /two\n`, stderr);
    assert.deepEqual(
      world.reports.map(({ protocol, verdict }) => [protocol, verdict]),
      [
        ['http', 'allow'],
        ['connect', 'allow'],
        ['connect', 'allow'],
      ],
    );
  });

  it('reaches it by SOCKS5, and by the socket itself', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    world.allow('api.test', port);
    const { stdout, stderr } = await run(
      world,
      `
s, code = socks("api.test", ${port})
s.sendall(b"echo\\n")
print(code, s.recv(9))
s = socket.socket(socket.AF_UNIX)
s.connect("/belljar/egress")
s.sendall(b"CONNECT api.test:${port} HTTP/1.1\\r\\n\\r\\n")
print(s.recv(99).split(b"\\r\\n")[0])`,
    );
    assert.equal(stdout, "0 b'echo\\n'\nb'HTTP/1.1 200 Connection established'\n", stderr);
  });

  it('has megabytes pass through it, and many connections at once', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveHttp((_, response) => response.end(Buffer.alloc(1_000_000, 'x')));
    world.allow('api.test', port);
    const { stdout, stderr } = await run(
      world,
      `
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(lambda _: len(fetch("http://api.test:${port}/")), range(16))))`,
    );
    assert.equal(stdout, '16000000\n', stderr);
  });

  it('reaches nothing else, however it is spelled, and hears why', async () => {
    await using world = await EgressWorld.open();
    let reached = 0;
    const port = await world.serveHttp((_, response) => {
      reached += 1;
      response.end('reached');
    });
    const forbidden = await world.serveHttp((_, response) => {
      reached += 100;
      response.end('forbidden');
    });
    const redirecting = await world.serveHttp((_, response) => {
      response.writeHead(302, { Location: `http://evil.test:${forbidden}/` }).end();
    });
    world.allow('api.test', port, redirecting);
    world.allow('rebind.test', port);
    world.names['rebind.test'] = ['169.254.169.254'];
    world.names['evil.test'] = ['127.0.0.1'];
    const urls = [
      ...[
        `evil.test:${forbidden}`,
        `evil.api.test:${forbidden}`,
        `api.test.evil.test:${port}`,
        `api.test:${forbidden}`,
      ],
      ...[`127.0.0.1:${forbidden}`, `2130706433:${port}`, `0x7f.1:${port}`, `0177.0.0.1:${port}`, `127.1:${port}`],
      ...[`[::ffff:127.0.0.1]:${port}`, `[::1]:${port}`, `169.254.169.254`, `metadata.google.internal`],
      ...[`rebind.test:${port}`, `api.test:${redirecting}`, `api.test%00.evil.test:${port}`, `user@evil.test:${port}`],
    ].map((rest) => `http://${rest}/`);
    const { stdout, stderr } = await run(
      world,
      `
del os.environ["no_proxy"], os.environ["NO_PROXY"]
for url in ${JSON.stringify(urls)}:
    print(json.dumps(fetch(url)))
print(json.dumps(fetch("http://api.test:${port}/")), json.dumps(fetch("http://API.Test.:${port}/")))`,
    );
    const lines = stdout.trim().split('\n');
    assert.equal(lines.length, urls.length + 1, stderr);
    for (const [index, url] of urls.entries()) {
      assert.match(lines[index] ?? '', /^"(40[03]: belljar: refused: |HTTPError|InvalidURL|URLError)/, url);
    }
    assert.match(lines[0] ?? '', /ask the operator to add it under runtime\.network\.allow/);
    // The control: what is allowed is there, in any spelling of its name.
    assert.equal(lines.at(-1), '"reached" "reached"');
    assert.equal(reached, 2);
  });

  it('cannot go round the proxy', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => void socket.end('hello'));
    world.allow('api.test', port);
    const { stdout, stderr } = await run(
      world,
      `
def attempt(what):
    try: return what()
    except OSError as error: return type(error).__name__
print(attempt(lambda: socket.create_connection(("127.0.0.1", ${port}), 3)))
print(attempt(lambda: socket.create_connection(("192.0.2.1", 80), 3)))
print(attempt(lambda: socket.getaddrinfo("api.test", 80)))
print(sorted(name for _, name in socket.if_nameindex()))
print(attempt(lambda: os.unlink("/belljar/egress")), attempt(lambda: os.listdir("/belljar")))
print(socks("api.test", ${port})[0].recv(9))`,
    );
    assert.equal(
      stdout,
      "ConnectionRefusedError\nOSError\ngaierror\n['lo']\nOSError ['egress', 'runner']\nb'hello'\n",
      stderr,
    );
  });

  it('cannot hide another host in the TLS or in the request of a tunnel', async () => {
    await using world = await EgressWorld.open();
    const secure = await world.serveHttps((_, response) => response.end('reached'), testCertificate());
    const plain = await world.serveHttp((_, response) => response.end('reached'));
    world.allow('api.test', secure, plain);
    const { stdout, stderr } = await run(
      world,
      `
def greet(name):
    s, code = socks("api.test", ${secure})
    try:
        context = ssl._create_unverified_context()
        with context.wrap_socket(s, server_hostname=name) as t:
            t.sendall(b"GET / HTTP/1.1\\r\\nHost: api.test\\r\\nConnection: close\\r\\n\\r\\n")
            return t.recv(15)
    except ssl.SSLError as error:
        return error.reason
def ask(host):
    s, code = socks("api.test", ${plain})
    s.sendall(b"GET / HTTP/1.1\\r\\nHost: " + host + b"\\r\\nConnection: close\\r\\n\\r\\n")
    return s.recv(12)
print(greet("other.test"), greet(None), greet("api.test"))
print(ask(b"other.test"), ask(b"api.test"))`,
    );
    const alert = 'TLSV1_ALERT_ACCESS_DENIED';
    assert.equal(stdout, `${alert} ${alert} b'HTTP/1.1 200 OK'\nb'HTTP/1.1 403' b'HTTP/1.1 200'\n`, stderr);
  });

  it('keeps its way out when it ends the forwarder: the socket is still there', async () => {
    await using world = await EgressWorld.open();
    const { stdout } = await run(
      world,
      `
import signal
for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
    if pid not in (1, os.getpid()): os.kill(pid, signal.SIGKILL)
s = socket.socket(socket.AF_UNIX)
s.connect("/belljar/egress")
s.sendall(b"CONNECT evil.test:443 HTTP/1.1\\r\\n\\r\\n")
print(s.recv(12))`,
    );
    assert.equal(stdout, "b'HTTP/1.1 403'\n");
  });

  it('cannot keep the host busy with connections that say nothing', async () => {
    await using world = await EgressWorld.open({ limits: { connections: 4 } });
    const { stdout, stderr } = await run(
      world,
      `
held = []
for _ in range(20):
    s = socket.socket(socket.AF_UNIX)
    s.connect("/belljar/egress")
    held.append(s)
print(sum(1 for s in held[4:] if s.recv(1) == b""))
for s in held: s.close()
s, code = socks("evil.test", 80)
print(code)`,
    );
    assert.match(stdout, /^16\n/, stderr);
  });

  it('leaves no listener behind when its session ends', async () => {
    await using world = await EgressWorld.open();
    const before = bridges();
    const session = await openTestSession({}, {}, (connection) => world.proxy.accept(connection));
    assert.equal(bridges().length, before.length + 1);
    await session.close();
    assert.deepEqual(bridges(), before);
  });
});

describe('code behind glass that may reach nothing', needs(root, bubblewrap, python), () => {
  it('has no socket that leads out, no forwarder and no word of a proxy', async () => {
    const { stdout } = await runInside(`
import os
print(os.listdir("/belljar"), [name for name in os.environ if "proxy" in name.lower()])
print(len([name for name in os.listdir("/proc") if name.isdigit()]))`);
    assert.equal(stdout, "['runner'] []\n2\n");
  });
});

async function run(world: EgressWorld, code: string): Promise<{ stdout: string; stderr: string }> {
  await using session = await openTestSession({}, {}, (connection) => world.proxy.accept(connection));
  return await runInSession(session, fetching.replace('CERTIFICATE', JSON.stringify(testCertificate().cert)) + code);
}

function bridges(): string[] {
  return readdirSync(tmpdir()).filter(
    (name) => name.startsWith(`belljar-bridge-`) && name.includes(`-${process.pid}-`),
  );
}
