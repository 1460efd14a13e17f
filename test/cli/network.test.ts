import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { makeCertificate } from '../support/certificate.ts';
import { TestCli, finish, launcher } from '../support/cli.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const tools = {
  what: 'openssl, ip and unshare',
  holds: ['openssl', 'ip', 'unshare'].every((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0),
};

/** Nothing of the wall is lifted here: the servers live at an address of the world, in a world of their own. */
describe('belljar run under a policy that opens a host', needs(root, bubblewrap, python, tools), () => {
  const certificate = makeCertificate(['api.example.org', 'other.example.org']);
  const policy = `version: 1
runtime:
  network:
    allow:
      - {host: api.example.org, ports: [80, 443], because: exchange rates}
      - {host: '*.example.org', ports: [443]}
`;
  const code = `
import ssl, urllib.error, urllib.request
trusting = ssl.create_default_context(cadata=${JSON.stringify(certificate.cert)})
def fetch(url):
    try: return urllib.request.urlopen(url, timeout=20, context=trusting if url.startswith("https") else None).read().decode()
    except urllib.error.HTTPError as error: return f"{error.code} {error.read().decode().splitlines()[0]}"
    except urllib.error.URLError as error: return str(error.reason)
for url in (
    "http://api.example.org/rates", "https://api.example.org/rates",
    "https://API.Example.org:443/", "http://api.example.org:8080/", "http://evil.example/",
    "https://inner.example.org/", "https://metadata.example.org/", "https://nowhere.example.org/",
    "http://93.184.216.34/", "http://1572395042/",
): print(fetch(url))`;

  it('reaches that host over HTTP and HTTPS, and nothing else, and puts both on the record', async () => {
    using cli = new TestCli();
    const { code: exit, stdout, stderr } = await finish(start(cli, code));
    assert.equal(exit, 0, stderr);
    assert.deepEqual(stdout.trim().split('\n'), [
      'http api.example.org/rates',
      'https /rates',
      'https /',
      '403 belljar: refused: api.example.org is open on ports 80 and 443, not on 8080 (runtime.network.allow[0])',
      '403 belljar: refused: no rule names the host evil.example (runtime.network.allow)',
      'Tunnel connection failed: 403 Forbidden: inner.example.org leads to 127.0.0.1, which is loopback (RFC 1122)',
      'Tunnel connection failed: 403 Forbidden: metadata.example.org leads to 169.254.169.254, which is link-local, where clouds keep their metadata (RFC 3927)',
      'Tunnel connection failed: 502 Bad Gateway: nowhere.example.org cannot be resolved: ENOTFOUND',
      ...Array<string>(2).fill('403 belljar: refused: no rule names the host 93.184.216.34 (runtime.network.allow)'),
    ]);
    const told = (await cli.entries()).filter(({ action }) => String(action).startsWith('network.'));
    const count = (wanted: string): number => told.filter(({ action }) => action === wanted).length;
    assert.deepEqual([count('network.connect'), count('network.deny')], [4, 6]);
    assert.equal((told[0]?.['details'] as { address: string }).address, '93.184.216.34');
  });

  it('leaves nothing that the next start does not sweep when it is killed', async () => {
    using cli = new TestCli();
    const child = start(cli, 'import time\nprint("up", flush=True)\ntime.sleep(60)');
    await once(child.stdout!, 'data');
    assert.equal(bridges(cli).length, 1, 'the control: it is there');
    const gone = finish(child);
    spawnSync('pkill', ['-KILL', '--parent', String(child.pid)]);
    child.kill('SIGKILL');
    await gone;
    assert.equal(bridges(cli).length, 1, 'the control: nobody has swept yet');
    assert.equal((await cli.run(['run', '-'], { input: 'print(1)', env: { TMPDIR: temporary(cli) } })).code, 0);
    assert.deepEqual(bridges(cli), []);
  });

  it('is said by the doctor: what is open, and that it is enforced', async () => {
    using cli = new TestCli();
    const { stdout } = await cli.run(['doctor', '--policy', policyFile(cli)]);
    assert.match(stdout, /^network +open to api\.example\.org \(80, 443\), \*\.example\.org \(443\)$/m);
    assert.match(stdout, /\* egress-rules +enforced/);
    assert.match((await cli.run(['doctor'])).stdout, /^network +off$/m);
  });

  function start(cli: TestCli, program: string): ChildProcess {
    const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
    const resolv = join(dirname(cli.home), 'resolv.conf');
    writeFileSync(resolv, 'nameserver 127.0.0.1\n');
    const source = join(dirname(cli.home), 'program.py');
    writeFileSync(source, program);
    const inside = [process.execPath, join(fixtures, 'small-internet.ts'), resolv, certificate.cert, certificate.key];
    const command = [launcher, 'run', source, '--policy', policyFile(cli)];
    return spawn('unshare', ['--net', '--mount', 'sh', join(fixtures, 'small-internet.sh'), ...inside, ...command], {
      env: { ...process.env, BELLJAR_HOME: cli.home, BELLJAR_NODE: process.execPath, TMPDIR: temporary(cli) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  function policyFile(cli: TestCli): string {
    const file = join(dirname(cli.home), 'policy.yaml');
    if (!existsSync(file)) writeFileSync(file, policy);
    return file;
  }
});

/** A place for sockets of the test's own: its path must be short. */
function temporary(cli: TestCli): string {
  return dirname(cli.home);
}

function bridges(cli: TestCli): string[] {
  return readdirSync(temporary(cli)).filter((name) => name.startsWith('belljar-bridge-'));
}
